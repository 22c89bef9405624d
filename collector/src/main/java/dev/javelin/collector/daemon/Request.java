package dev.javelin.collector.daemon;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a client asks for. As content of a {@link Frame}: u8 1, the version; i32 pid; i64 startTicks; then texts, each a u16 length and so many
 * bytes: format, command, and options to the end.
 *
 * @param pid the process, as the client's pid namespace counts
 * @param startTicks when that process started, as the 22nd field of its stat tells: it identifies the process, should the number be another's
 *     when the daemon looks
 * @param format the report's file extension with its dot
 * @param command what the user typed, for the report's header
 * @param options those of {@code javelin record}, a word each: {@code --name} or {@code --name=value}
 */
public record Request(int pid, long startTicks, String format, String command, List<String> options) {
    private static final byte VERSION = 1;

    public Request {
        options = List.copyOf(options);
    }

    /** The most bytes that one may have. */
    public static int most() {
        return Frame.Type.REQUEST.most();
    }

    byte[] encoded() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(VERSION);
            out.writeInt(pid);
            out.writeLong(startTicks);
            put(out, format);
            put(out, command);
            for (String option : options) {
                put(out, option);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void put(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }

    static Request decode(byte[] content) throws Frames.MalformedException {
        ByteBuffer in = ByteBuffer.wrap(content);
        try {
            byte version = in.get();
            if (version != VERSION) {
                throw new Frames.MalformedException("the request is of version " + version
                        + ", and this daemon understands " + VERSION + ": use the same Javelin on both sides");
            }
            int pid = in.getInt();
            long startTicks = in.getLong();
            String format = text(in);
            String command = text(in);
            List<String> options = new ArrayList<>();
            while (in.hasRemaining()) {
                options.add(text(in));
            }
            return new Request(pid, startTicks, format, command, options);
        } catch (BufferUnderflowException | CharacterCodingException e) {
            throw new Frames.MalformedException("the request is malformed");
        }
    }

    private static String text(ByteBuffer in) throws CharacterCodingException {
        int length = in.getShort() & 0xffff;
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        ByteBuffer bytes = in.slice(in.position(), length);
        in.position(in.position() + length);
        String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
        if (text.indexOf('\0') >= 0) { // no argument of a process can have it
            throw new CharacterCodingException();
        }
        return text;
    }
}
