package dev.javelin.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

/** What a report says of itself. */
final class Facts {
    private Facts() {}

    /** Those of a JFR file, by their names. */
    static Map<String, String> of(Path jfr) throws IOException {
        Map<String, String> facts = new TreeMap<>();
        try (RecordingFile file = new RecordingFile(jfr)) {
            while (file.hasMoreEvents()) {
                RecordedEvent event = file.readEvent();
                if (event.getEventType().getName().equals("javelin.Fact")) {
                    facts.put(event.getString("name"), event.getString("value"));
                }
            }
        }
        return facts;
    }
}
