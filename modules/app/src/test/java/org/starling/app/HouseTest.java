package org.starling.app;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house: which module may use which, and what only the edge may touch. */
class HouseTest {
    /** What a module may name directly; what those may use comes with it. */
    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            entry("bytes", Set.of()),
            entry("crypto", Set.of("bytes")),
            entry("world", Set.of("bytes")),
            entry("consensus", Set.of("crypto")),
            entry("engine", Set.of("crypto", "world")),
            entry("chain", Set.of("consensus", "world")),
            entry("mempool", Set.of("chain")),
            entry("bitcoin", Set.of("engine", "mempool")),
            entry("wallet", Set.of("chain", "mempool")),
            entry("market", Set.of("engine", "consensus")),
            entry("files", Set.of("engine")),
            entry("observatory", Set.of("engine", "chain")),
            entry("node", Set.of("bitcoin", "wallet", "market", "files", "observatory")),
            entry("platform", Set.of("world")),
            entry("embed", Set.of("node", "platform")),
            entry("api", Set.of("node")),
            entry("simulator", Set.of("node")),
            entry("app", Set.of("api", "embed", "simulator")),
            entry("junit", Set.of("embed")),
            entry("bench", Set.of("app")));

    private static final Set<String> EDGE = Set.of("platform", "embed", "api", "app", "simulator", "junit", "bench");

    private static final Set<String> LOGGING = Set.of("chain", "node", "platform", "embed", "api", "app", "bench");

    /** Values that only hold an address; a name is never looked up outside the edge. */
    private static final Set<String> ADDRESSES = Set.of(
            "java.net.InetAddress",
            "java.net.Inet4Address",
            "java.net.Inet6Address",
            "java.net.InetSocketAddress",
            "java.net.UnknownHostException");

    private static final Set<String> CLOCKS_AND_THREADS = Set.of(
            "java.time.Clock",
            "java.util.Random",
            "java.util.SplittableRandom",
            "java.util.Timer",
            "java.security.SecureRandom",
            "java.util.concurrent.Executors",
            "java.util.concurrent.ThreadLocalRandom",
            "java.util.concurrent.ForkJoinPool");

    private static final Set<String> FORBIDDEN_CALLS = Set.of(
            "java.net.InetAddress.getByName",
            "java.net.InetAddress.getAllByName",
            "java.net.InetAddress.getLocalHost",
            "java.lang.System.currentTimeMillis",
            "java.lang.System.nanoTime",
            "java.lang.Math.random",
            "java.time.Instant.now",
            "java.time.LocalDateTime.now",
            "java.util.UUID.randomUUID",
            "java.util.concurrent.CompletableFuture.supplyAsync",
            "java.util.concurrent.CompletableFuture.runAsync",
            "java.util.concurrent.CompletableFuture.orTimeout",
            "java.util.concurrent.CompletableFuture.completeOnTimeout",
            "java.util.concurrent.CompletableFuture.delayedExecutor",
            "java.lang.Thread.start",
            "java.lang.Thread.startVirtualThread",
            "java.lang.Thread.sleep",
            "java.util.Collection.parallelStream",
            "java.util.List.parallelStream");

    private static final Set<String> FORBIDDEN_LIBRARIES =
            Set.of("org.springframework.", "lombok.", "com.google.common.", "net.jqwik.", "org.mockito.", "reactor.");

    /** A longer source holds more than one concern, as a rule: give one of them a class of its own. */
    private static final int MOST_LINES = 600;

    private static final Map<String, JavaClasses> MODULES = new TreeMap<>();

    @BeforeAll
    static void readClasses() throws IOException {
        Path modules = Path.of(System.getProperty("starling.root"), "modules");
        try (Stream<Path> folders = Files.list(modules)) {
            for (Path folder : folders.sorted().toList()) {
                Path classes = folder.resolve("target/classes/org");
                if (Files.isDirectory(classes) && Files.exists(folder.resolve("src/main/java"))) {
                    MODULES.put(folder.getFileName().toString(), new ClassFileImporter().importPath(classes));
                }
            }
        }
    }

    @Test
    void theModulesAreSeen() {
        assertThat(MODULES).containsKeys("bytes", "crypto", "world", "consensus", "app");
        assertThat(MAY_USE.keySet()).containsAll(MODULES.keySet());
    }

    @Test
    void classesLiveInThePackageOfTheirModule() {
        List<String> astray = new ArrayList<>();
        MODULES.forEach((module, classes) -> classes.forEach(type -> {
            if (!(type.getPackageName() + ".").startsWith("org.starling." + module + ".")) {
                astray.add(type.getName() + " in " + module);
            }
        }));
        assertThat(astray).isEmpty();
    }

    @Test
    void modulesUseOnlyWhatTheyMay() {
        List<String> wrong = new ArrayList<>();
        eachDependency((module, dependency) -> {
            String used = moduleOf(dependency.getTargetClass());
            if (used != null && !used.equals(module) && !reachable(module).contains(used)) {
                wrong.add(dependency.getDescription());
            }
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    void onlyTheEdgeTouchesTheWorld() {
        List<String> wrong = new ArrayList<>();
        MODULES.forEach((module, classes) -> {
            if (!EDGE.contains(module)) {
                classes.forEach(type -> touches(module, type).forEach(wrong::add));
            }
        });
        assertThat(wrong).isEmpty();
    }

    // The library of crypto comes in a jar and must become a file to be loaded; that one class may do so.
    private static boolean loadsTheNativeLibrary(String module, JavaClass type) {
        return module.equals("crypto") && type.getSimpleName().startsWith("Native");
    }

    private static List<String> touches(String module, JavaClass type) {
        List<String> found = new ArrayList<>();
        boolean files = !loadsTheNativeLibrary(module, type);
        for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
            String target = dependency.getTargetClass().getName();
            boolean network = target.startsWith("java.net.") && !ADDRESSES.contains(target)
                    || target.startsWith("java.nio.channels.");
            boolean disk = files
                    && (target.startsWith("java.nio.file.")
                            || target.equals("java.io.File")
                            || target.startsWith("java.io.FileInput")
                            || target.startsWith("java.io.FileOutput")
                            || target.equals("java.io.RandomAccessFile"));
            if (network || disk || CLOCKS_AND_THREADS.contains(target)) {
                found.add(dependency.getDescription());
            }
        }
        type.getCodeUnitCallsFromSelf().forEach(call -> {
            String target = call.getTargetOwner().getName() + "." + call.getName();
            boolean newThread = target.equals("java.lang.Thread.<init>") || target.startsWith("java.lang.Thread.of");
            if (FORBIDDEN_CALLS.contains(target) || newThread) {
                found.add(call.getDescription());
            }
        });
        return found;
    }

    @Test
    void onlySomeModulesLog() {
        List<String> wrong = new ArrayList<>();
        eachDependency((module, dependency) -> {
            if (!LOGGING.contains(module)
                    && dependency.getTargetClass().getName().startsWith("org.slf4j.")) {
                wrong.add(dependency.getDescription());
            }
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    void noForbiddenLibraryIsUsed() {
        List<String> wrong = new ArrayList<>();
        eachDependency((module, dependency) -> {
            String target = dependency.getTargetClass().getName();
            if (FORBIDDEN_LIBRARIES.stream().anyMatch(target::startsWith)) {
                wrong.add(dependency.getDescription());
            }
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    void noPackageHasANameThatSaysNothing() {
        Set<String> empty = Set.of("util", "utils", "common", "impl", "helper", "helpers", "misc");
        Set<String> wrong = new TreeSet<>();
        MODULES.values()
                .forEach(classes -> classes.forEach(type -> {
                    for (String part : type.getPackageName().split("\\.")) {
                        if (empty.contains(part)) {
                            wrong.add(type.getPackageName());
                        }
                    }
                }));
        assertThat(wrong).isEmpty();
    }

    @Test
    void noSourceIsTooLongToReadAtOnce() throws IOException {
        List<String> tooLong = new ArrayList<>();
        Path modules = Path.of(System.getProperty("starling.root"), "modules");
        try (Stream<Path> files = Files.walk(modules)) {
            for (Path file : files.filter(path ->
                            path.toString().endsWith(".java") && path.toString().contains("/src/main/"))
                    .sorted()
                    .toList()) {
                long lines = Files.readAllLines(file).size();
                if (lines > MOST_LINES) {
                    tooLong.add(modules.relativize(file) + " has " + lines + " lines");
                }
            }
        }
        assertThat(tooLong).isEmpty();
    }

    @Test
    void packagesDoNotGoInCircles() {
        Map<String, Set<String>> uses = new TreeMap<>();
        eachDependency((module, dependency) -> {
            String from = dependency.getOriginClass().getPackageName();
            String to = dependency.getTargetClass().getPackageName();
            // What lies below a package is part of it: its types may use each other.
            boolean within = (to + ".").startsWith(from + ".") || from.startsWith(to + ".");
            if (to.startsWith("org.starling.") && !within) {
                uses.computeIfAbsent(from, name -> new TreeSet<>()).add(to);
            }
        });
        Set<String> circular = new TreeSet<>();
        for (String start : uses.keySet()) {
            Set<String> seen = new TreeSet<>();
            List<String> open = new ArrayList<>(uses.get(start));
            while (!open.isEmpty()) {
                String next = open.removeLast();
                if (seen.add(next)) {
                    open.addAll(uses.getOrDefault(next, Set.of()));
                }
            }
            if (seen.contains(start)) {
                circular.add(start);
            }
        }
        assertThat(circular).isEmpty();
    }

    private interface DependencyVisitor {
        void visit(String module, Dependency dependency);
    }

    private static void eachDependency(DependencyVisitor visitor) {
        MODULES.forEach((module, classes) -> classes.forEach(
                type -> type.getDirectDependenciesFromSelf().forEach(dependency -> visitor.visit(module, dependency))));
    }

    private static String moduleOf(JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith("org.starling.") ? name.split("\\.")[2] : null;
    }

    private static Set<String> reachable(String module) {
        Set<String> all = new TreeSet<>();
        List<String> open = new ArrayList<>(MAY_USE.get(module));
        while (!open.isEmpty()) {
            String next = open.removeLast();
            if (all.add(next)) {
                open.addAll(MAY_USE.get(next));
            }
        }
        return all;
    }
}
