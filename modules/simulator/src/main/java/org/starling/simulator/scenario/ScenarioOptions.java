package org.starling.simulator.scenario;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Values of a scenario's own options by name; what is not given has the scenario's default. */
public record ScenarioOptions(SortedMap<String, String> values) {
    public static final ScenarioOptions NONE = new ScenarioOptions(Map.of());

    public ScenarioOptions(Map<String, String> values) {
        this(Collections.unmodifiableSortedMap(new TreeMap<>(values)));
    }

    /** Throws {@link IllegalArgumentException} with what to do if the value is no number from {@code least} to {@code most}. */
    public double number(String name, double otherwise, double least, double most) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        try {
            double number = Double.parseDouble(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new IllegalArgumentException(name + " is a number from " + least + " to " + most + ", not " + text);
    }

    public int count(String name, int otherwise, int least, int most) {
        return (int) number(name, otherwise, least, most);
    }
}
