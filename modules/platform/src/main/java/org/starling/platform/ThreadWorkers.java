package org.starling.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import org.starling.world.StorageException;
import org.starling.world.Workers;

/** {@link Workers} on a fixed number of daemon platform threads that take tasks in the order of their submission. */
public final class ThreadWorkers implements Workers, AutoCloseable {
    private final int threads;
    private final ExecutorService executor;
    private final List<Thread> started = new CopyOnWriteArrayList<>();

    /** Starts as tasks come; the threads are called {@code name-0}, {@code name-1}, ... */
    public ThreadWorkers(String name, int threads) {
        this.threads = threads;
        ThreadFactory factory = Thread.ofPlatform().name(name + "-", 0).daemon().factory();
        this.executor = Executors.newFixedThreadPool(threads, task -> {
            Thread thread = factory.newThread(task);
            started.add(thread);
            return thread;
        });
    }

    @Override
    public int parallelism() {
        return threads;
    }

    @Override
    public <T> Pending<T> submit(List<? extends Callable<T>> tasks) {
        List<Future<T>> futures = new ArrayList<>(tasks.size());
        for (Callable<T> task : tasks) {
            futures.add(executor.submit(task));
        }
        return () -> results(futures);
    }

    private static <T> List<T> results(List<Future<T>> futures) {
        List<T> results = new ArrayList<>(futures.size());
        for (Future<T> future : futures) {
            results.add(result(future));
        }
        return results;
    }

    private static <T> T result(Future<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw rethrow(e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for workers");
        }
    }

    private static RuntimeException rethrow(Throwable cause) {
        return switch (cause) {
            // The waiting thread's stack is the useful one; the worker's is kept as the cause.
            case StorageException e -> new StorageException(String.valueOf(e.getMessage()), e);
            case Error e -> throw e;
            case RuntimeException e -> e;
            default -> new IllegalStateException(cause);
        };
    }

    /** Drops what has not begun, and returns when the threads have ended. */
    @Override
    public void close() {
        executor.shutdownNow();
        boolean interrupted = false;
        for (Thread thread : started) {
            while (thread.isAlive() && thread != Thread.currentThread()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
