package org.starling.api.metrics;

import java.math.BigDecimal;

/**
 * Writes metrics as Prometheus reads them: for each family its help and type, then its samples. Names and label names are
 * the caller's to choose well; help and label values may be any text.
 */
final class Exposition {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();
    private String family = "";

    /** A value that goes up and down. */
    Exposition gauge(String name, String help) {
        return family(name, "gauge", help);
    }

    /** A sum that only grows while the process runs; its name ends in {@code _total}. */
    Exposition counter(String name, String help) {
        return family(name, "counter", help);
    }

    /** Counts by size, of which {@link Histogram#write} gives the samples. */
    Exposition histogram(String name, String help) {
        return family(name, "histogram", help);
    }

    private Exposition family(String name, String type, String help) {
        family = name;
        text.append("# HELP ")
                .append(name)
                .append(' ')
                .append(help.replace("\\", "\\\\").replace("\n", "\\n"))
                .append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /** A sample of the family, with labels as names and values in turn. */
    Exposition sample(double value, String... labels) {
        return sample("", number(value), labels);
    }

    Exposition sample(long value, String... labels) {
        return sample("", Long.toString(value), labels);
    }

    /** The same under the family's name with an ending, and with the value as it is to be written. */
    Exposition sample(String ending, String value, String... labels) {
        text.append(family).append(ending);
        for (int i = 0; i < labels.length; i += 2) {
            text.append(i == 0 ? '{' : ',').append(labels[i]).append("=\"");
            text.append(
                    labels[i + 1].replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
            text.append('"');
        }
        text.append(labels.length == 0 ? " " : "} ").append(value).append('\n');
        return this;
    }

    /** As Prometheus reads numbers, without an exponent. */
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "NaN";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : new BigDecimal(Double.toString(value)).toPlainString();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
