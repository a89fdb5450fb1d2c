package org.starling.api.metrics;

/**
 * How busy one of the node's threads is.
 *
 * @param name {@code core}, {@code validation} and so on
 * @param tasks done so far
 * @param busyNanos spent on them
 * @param waiting tasks in line
 */
public record LaneFigures(String name, long tasks, long busyNanos, int waiting) {}
