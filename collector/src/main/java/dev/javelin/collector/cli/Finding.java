package dev.javelin.collector.cli;

/**
 * One thing that {@code javelin doctor} looked at.
 *
 * @param level how bad it is
 * @param text what was found
 * @param fix what to do about it; empty if there is nothing to do
 */
record Finding(Level level, String text, String fix) {
    /** How bad a finding is. */
    enum Level {
        /** As it should be. */
        OK("ok"),
        /** Recording works, with something missing from it. */
        NOTE("note"),
        /** Recording cannot work. */
        FAIL("FAIL");

        private final String shown;

        Level(String shown) {
            this.shown = shown;
        }

        String shown() {
            return shown;
        }
    }

    static Finding ok(String text) {
        return new Finding(Level.OK, text, "");
    }

    static Finding note(String text, String fix) {
        return new Finding(Level.NOTE, text, fix);
    }

    static Finding fail(String text, String fix) {
        return new Finding(Level.FAIL, text, fix);
    }

    boolean isFailure() {
        return level == Level.FAIL;
    }
}
