package org.starling.simulator.scenario;

import java.util.List;

/**
 * What a run found. The same in each JVM.
 *
 * @param command arguments of the command line that plays it again
 * @param notes how the simulated world differs from the real one in this run
 * @param violations what should have held and did not; empty in a good run
 * @param trace hash of all that happened
 * @param events how many events that was
 */
public record Report(
        String scenario,
        List<String> command,
        List<String> notes,
        List<Figure> figures,
        List<Chart> charts,
        List<Mesh> meshes,
        List<String> violations,
        String trace,
        long events) {
    public boolean good() {
        return violations.isEmpty();
    }

    /**
     * A number with what it counts.
     *
     * @param value infinite for what never came about
     */
    public record Figure(String name, double value, String unit) {}

    /** Curves over one axis. */
    public record Chart(String name, String title, String across, String up, List<Curve> curves) {}

    public record Curve(String name, List<Point> points) {}

    public record Point(double x, double y) {}

    /**
     * Who is linked with whom at a time.
     *
     * @param minutes since the run began
     */
    public record Mesh(double minutes, List<Place> places, List<Edge> edges) {}

    /** @param state what the picture colours: {@code tip}, {@code behind} or {@code off} */
    public record Place(int node, String region, boolean reachable, String state) {}

    public record Edge(int from, int to) {}
}
