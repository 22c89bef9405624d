package dev.javelin.collector.hotspot;

import dev.javelin.collector.proc.MemoryUnreadable;
import dev.javelin.collector.proc.TargetMemory;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Names of code that is not a Java method: CodeBlob._name, and inside the blobs of StubRoutines the name of the stub that
 * begins at or before the pc. Such blobs live as long as the JVM. For one thread.
 */
final class StubNames {
    private static final int MAX_NAME = 200;
    private static final int MAX_REMEMBERED = 10_000;
    private static final String STUB_ROUTINES = "StubRoutines";
    private static final String ENTRY = "_entry";

    private final TargetMemory memory;
    private final CodeLayout layout;
    private final TreeMap<Long, String> entries = new TreeMap<>();
    private final Map<Long, String> blobs = new HashMap<>();

    StubNames(HotSpot hotSpot, CodeLayout layout) {
        this.memory = hotSpot.mem();
        this.layout = layout;
        for (Map.Entry<String, Long> stub : layout.stubs().entrySet()) {
            String name = stub.getKey();
            boolean blob = name.startsWith("code") || name.endsWith("_code");
            if (!blob && !name.endsWith("_return_address")) { // a place inside call_stub
                String shown = name.endsWith(ENTRY) ? name.substring(0, name.length() - ENTRY.length()) : name;
                String other = entries.get(stub.getValue());
                entries.put(stub.getValue(), other == null ? shown : better(shown, other));
            }
        }
    }

    /** Several names may have the same entry: jbyte_arraycopy and arrayof_jbyte_arraycopy. The shorter one says more. */
    private static String better(String one, String other) {
        int shorter = Integer.compare(one.length(), other.length());
        return shorter < 0 || (shorter == 0 && one.compareTo(other) < 0) ? one : other;
    }

    /** The name of the code at {@code pcOffset} from the blob's code begin; null when there is no blob. */
    String name(long blob, long pcOffset) {
        try {
            String name = blobName(blob);
            return name != null && name.startsWith(STUB_ROUTINES) ? entryName(blob, pcOffset, name) : name;
        } catch (MemoryUnreadable e) {
            return null;
        }
    }

    private String entryName(long blob, long pcOffset, String blobName) {
        CodeLayout.Blob at = layout.blob();
        long begin = at.codeIsRelative()
                ? blob + memory.readInt(blob + at.codeBegin())
                : memory.readLong(blob + at.codeBegin());
        Map.Entry<Long, String> entry = entries.floorEntry(begin + pcOffset);
        return entry == null || entry.getKey() < begin ? blobName : entry.getValue();
    }

    private String blobName(long blob) {
        String known = blobs.get(blob);
        if (known != null) {
            return known;
        }
        if (Long.compareUnsigned(blob, layout.codeLow()) < 0 || Long.compareUnsigned(blob, layout.codeHigh()) >= 0) {
            return null;
        }
        long text = memory.readLong(blob + layout.blob().name());
        String name = text == 0 ? null : printable(memory.readCString(text, MAX_NAME));
        if (name != null && blobs.size() < MAX_REMEMBERED) {
            blobs.put(blob, name);
        }
        return name;
    }

    /** The JVM's names are ASCII: anything else was not read from a blob. */
    private static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) > '~') {
                return null;
            }
        }
        return text.isEmpty() ? null : text;
    }
}
