package dev.javelin.collector.elf;

/** What descriptions that share a Common Information Entry have in common. */
final class FrameCie {
    /** What addresses in location advances are multiplied by. */
    long codeAlign;
    /** What offsets are multiplied by. */
    long dataAlign;
    /** DW_EH_PE form of addresses. */
    int encoding;
    /** Whether descriptions carry augmentation data. */
    boolean augmented;
    /** Augmentation 'S': the frame of a signal handler's trampoline. */
    boolean signal;
    /** Whether anything in it is not understood; what depends on it counts as unknown. */
    boolean damaged;
    /** The rules after its instructions ({@link FrameState} order). */
    final int[] initial = new int[FrameState.SIZE];

    private static final int RETURN_ADDRESS = 16;

    /** Reads the entry whose body begins at the reader's position, after its id, and ends at {@code end}. */
    static FrameCie read(FrameReader reader, int end, boolean debug, FrameMachine machine) {
        FrameCie cie = new FrameCie();
        try {
            cie.parse(reader, end, debug, machine);
        } catch (IndexOutOfBoundsException e) {
            cie.damaged = true;
        }
        return cie;
    }

    private void parse(FrameReader reader, int end, boolean debug, FrameMachine machine) {
        int version = reader.u1();
        int augmentation = reader.at;
        int letter;
        do {
            letter = reader.u1();
        } while (letter != 0);
        int afterLetters = reader.at;
        boolean eh = reader.bytes[augmentation] == 'e' && reader.bytes[augmentation + 1] == 'h';
        if ((version != 1 && version != 3 && version != 4) || eh) {
            throw new IndexOutOfBoundsException("version");
        }
        if (version == 4 && (reader.u1() != 8 || reader.u1() != 0)) {
            throw new IndexOutOfBoundsException("address size");
        }
        codeAlign = reader.uleb();
        dataAlign = reader.sleb();
        long returnAddress = version == 1 ? reader.u1() : reader.uleb();
        if (returnAddress != RETURN_ADDRESS) {
            damaged = true;
        }
        if (reader.bytes[augmentation] == 'z') {
            readAugmentation(reader, augmentation + 1, afterLetters);
        } else if (reader.bytes[augmentation] != 0) {
            throw new IndexOutOfBoundsException("augmentation");
        }
        encoding = debug ? 0 : encoding;
        machine.initial(this, end);
    }

    private void readAugmentation(FrameReader reader, int letters, int stop) {
        augmented = true;
        long length = reader.uleb();
        int end = reader.at + (int) Math.min(length, Integer.MAX_VALUE - reader.at);
        for (int at = letters; at < stop && reader.bytes[at] != 0; at++) {
            switch (reader.bytes[at]) {
                case 'R' -> encoding = reader.u1();
                case 'L' -> reader.u1();
                case 'P' -> reader.number(reader.u1());
                case 'S' -> signal = true;
                default -> at = stop; // unknown letters: their data is skipped, since its length is known
            }
        }
        reader.at = end;
    }
}
