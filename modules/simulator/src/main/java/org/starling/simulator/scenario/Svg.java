package org.starling.simulator.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Pictures of a report: curves over an axis, and the mesh at a time. */
public final class Svg {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 480;
    private static final int LEFT = 70;
    private static final int RIGHT = 200;
    private static final int TOP = 50;
    private static final int BOTTOM = 60;
    private static final int TICKS = 5;
    private static final List<String> COLOURS =
            List.of("#0b6e99", "#d1495b", "#66a182", "#edae49", "#8d6a9f", "#5b5b5b", "#c17c3a", "#2e4057");

    private static final int MESH_SIZE = 900;
    private static final double REGION_DISTANCE = 285;
    private static final double REGION_RADIUS = 125;
    private static final double GOLDEN_ANGLE = 2.399963229728653;

    private final StringBuilder text = new StringBuilder();

    private Svg(int width, int height) {
        line(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\""
                        + " font-family=\"sans-serif\" font-size=\"13\">",
                width,
                height,
                width,
                height));
        line(String.format(Locale.ROOT, "<rect width=\"%d\" height=\"%d\" fill=\"white\"/>", width, height));
    }

    /** The chart as an SVG document. */
    public static String of(Report.Chart chart) {
        return new Svg(WIDTH, HEIGHT).draw(chart);
    }

    /** The mesh as an SVG document: nodes region by region, and who opened a link to whom. */
    public static String of(Report.Mesh mesh) {
        return new Svg(MESH_SIZE, MESH_SIZE + 40).draw(mesh);
    }

    private void line(String words) {
        text.append(words).append('\n');
    }

    private void label(double x, double y, String anchor, String words) {
        line(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", x, y, anchor, escaped(words)));
    }

    private static String escaped(String words) {
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private String draw(Report.Chart chart) {
        double mostX = roundedUp(most(chart, true));
        double mostY = roundedUp(most(chart, false));
        line(String.format(
                Locale.ROOT, "<text x=\"%d\" y=\"28\" font-size=\"17\">%s</text>", LEFT, escaped(chart.title())));
        for (int i = 0; i <= TICKS; i++) {
            double x = x(mostX * i / TICKS, mostX);
            double y = y(mostY * i / TICKS, mostY);
            line(String.format(
                    Locale.ROOT,
                    "<path d=\"M%.1f %d V%d M%d %.1f H%d\" stroke=\"#dddddd\"/>",
                    x,
                    TOP,
                    HEIGHT - BOTTOM,
                    LEFT,
                    y,
                    WIDTH - RIGHT));
            label(x, HEIGHT - BOTTOM + 18, "middle", number(mostX * i / TICKS));
            label(LEFT - 8, y + 4, "end", number(mostY * i / TICKS));
        }
        label((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14, "middle", chart.across());
        line(String.format(
                Locale.ROOT,
                "<text transform=\"translate(18 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + HEIGHT - BOTTOM) / 2,
                escaped(chart.up())));
        for (int i = 0; i < chart.curves().size(); i++) {
            Report.Curve curve = chart.curves().get(i);
            String colour = COLOURS.get(i % COLOURS.size());
            StringBuilder path = new StringBuilder();
            for (Report.Point point : curve.points()) {
                path.append(path.isEmpty() ? "M" : " L")
                        .append(String.format(Locale.ROOT, "%.1f %.1f", x(point.x(), mostX), y(point.y(), mostY)));
            }
            line(String.format(
                    Locale.ROOT, "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>", path, colour));
            double at = TOP + 14 + 22.0 * i;
            line(String.format(
                    Locale.ROOT,
                    "<rect x=\"%d\" y=\"%.1f\" width=\"14\" height=\"4\" fill=\"%s\"/>",
                    WIDTH - RIGHT + 14,
                    at - 6,
                    colour));
            label(WIDTH - RIGHT + 34, at, "start", curve.name());
        }
        return text.append("</svg>\n").toString();
    }

    private static double x(double value, double most) {
        return LEFT + value / most * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double value, double most) {
        return HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM);
    }

    private static double most(Report.Chart chart, boolean across) {
        return chart.curves().stream()
                .flatMap(curve -> curve.points().stream())
                .mapToDouble(point -> across ? point.x() : point.y())
                .max()
                .orElse(1);
    }

    /** The next of some small numbers times a power of ten, so that the ticks are plain numbers. */
    private static double roundedUp(double value) {
        if (!(value > 0)) {
            return 1;
        }
        double power = StrictMath.pow(10, StrictMath.floor(StrictMath.log10(value)));
        for (double step : new double[] {1, 1.5, 2, 2.5, 3, 4, 5, 6, 8}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static String number(double value) {
        String fixed = String.format(Locale.ROOT, "%.2f", value);
        return fixed.replaceAll("\\.?0+$", "");
    }

    private String draw(Report.Mesh mesh) {
        label(
                20,
                28,
                "start",
                String.format(
                        Locale.ROOT,
                        "The mesh after %.1f minutes: %d nodes, %d links",
                        mesh.minutes(),
                        mesh.places().size(),
                        mesh.edges().size()));
        Map<Integer, double[]> spots = spots(mesh);
        TreeMap<Integer, Integer> inbound = new TreeMap<>();
        double opacity = StrictMath.clamp(300.0 / StrictMath.max(1, mesh.edges().size()), 0.02, 0.5);
        line(String.format(
                Locale.ROOT, "<g stroke=\"#0b6e99\" stroke-width=\"0.7\" stroke-opacity=\"%.3f\">", opacity));
        for (Report.Edge edge : mesh.edges()) {
            inbound.merge(edge.to(), 1, Integer::sum);
            double[] from = spots.getOrDefault(edge.from(), new double[2]);
            double[] to = spots.getOrDefault(edge.to(), new double[2]);
            line(String.format(Locale.ROOT, "<path d=\"M%.0f %.0f L%.0f %.0f\"/>", from[0], from[1], to[0], to[1]));
        }
        line("</g>");
        double unit = StrictMath.clamp(40.0 / StrictMath.sqrt(mesh.places().size()), 0.8, 4);
        for (Report.Place place : mesh.places()) {
            double[] at = spots.getOrDefault(place.node(), new double[2]);
            double radius = unit * (1 + StrictMath.sqrt(inbound.getOrDefault(place.node(), 0)) / 3);
            String colour = switch (place.state()) {
                case "tip" -> "#2e7d32";
                case "behind" -> "#d1495b";
                default -> "#bbbbbb";
            };
            line(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.0f\" cy=\"%.0f\" r=\"%.1f\" fill=\"%s\" stroke=\"%s\"/>",
                    at[0],
                    at[1],
                    radius,
                    place.reachable() ? colour : "white",
                    colour));
        }
        label(
                20,
                MESH_SIZE + 28,
                "start",
                "green: on the best tip, red: behind, grey: off; hollow: behind NAT; the larger, the more links others"
                        + " opened to it");
        return text.append("</svg>\n").toString();
    }

    /** Each region is a disk of its own, its nodes in a spiral like the seeds of a sunflower. */
    private Map<Integer, double[]> spots(Report.Mesh mesh) {
        TreeMap<String, List<Report.Place>> regions = new TreeMap<>();
        mesh.places()
                .forEach(place -> regions.computeIfAbsent(place.region(), name -> new ArrayList<>())
                        .add(place));
        TreeMap<Integer, double[]> spots = new TreeMap<>();
        int region = 0;
        for (var entry : regions.entrySet()) {
            double angle = 2 * StrictMath.PI * region++ / regions.size() - StrictMath.PI / 2;
            double x = MESH_SIZE / 2.0 + (regions.size() == 1 ? 0 : REGION_DISTANCE * StrictMath.cos(angle));
            double y = MESH_SIZE / 2.0 + 20 + (regions.size() == 1 ? 0 : REGION_DISTANCE * StrictMath.sin(angle));
            List<Report.Place> places = entry.getValue();
            for (int i = 0; i < places.size(); i++) {
                double distance = REGION_RADIUS * StrictMath.sqrt((i + 0.5) / places.size());
                double turn = GOLDEN_ANGLE * i;
                spots.put(
                        places.get(i).node(),
                        new double[] {x + distance * StrictMath.cos(turn), y + distance * StrictMath.sin(turn)});
            }
            label(
                    x,
                    y - REGION_RADIUS - 12,
                    "middle",
                    entry.getKey().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        return spots;
    }
}
