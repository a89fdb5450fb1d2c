package org.starling.simulator;

/** Where a node is: decides how long bytes take to others. */
public enum Region {
    NORTH_AMERICA,
    SOUTH_AMERICA,
    EUROPE,
    ASIA,
    OCEANIA;

    /** How long bytes take from here to there at least, in milliseconds. */
    public int millisTo(Region other) {
        return switch (this) {
            case NORTH_AMERICA -> other.pick(20, 75, 45, 80, 75);
            case SOUTH_AMERICA -> other.pick(75, 25, 95, 150, 140);
            case EUROPE -> other.pick(45, 95, 10, 85, 140);
            case ASIA -> other.pick(80, 150, 85, 35, 55);
            case OCEANIA -> other.pick(75, 140, 140, 55, 15);
        };
    }

    private int pick(int northAmerica, int southAmerica, int europe, int asia, int oceania) {
        return switch (this) {
            case NORTH_AMERICA -> northAmerica;
            case SOUTH_AMERICA -> southAmerica;
            case EUROPE -> europe;
            case ASIA -> asia;
            case OCEANIA -> oceania;
        };
    }
}
