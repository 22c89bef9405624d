package dev.javelin.it.targets;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;

/** What any user can do with a Unix socket: say something there and print the answer, or listen. */
public final class RawSocket {
    private RawSocket() {}

    /** The arguments: {@code talk SOCKET HEX} or {@code listen SOCKET}. */
    public static void main(String[] arguments) throws IOException {
        Path path = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "talk" -> System.out.println(talk(path, HexFormat.of().parseHex(arguments[2])));
            case "listen" -> listen(path);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** Sends the bytes and nothing more; what comes back until the end, with a dot for each byte that is no ASCII text. */
    public static String talk(Path path, byte[] bytes) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            for (ByteBuffer out = ByteBuffer.wrap(bytes); out.hasRemaining(); ) {
                channel.write(out);
            }
            channel.shutdownOutput();
            return answer(channel);
        }
    }

    /** What comes until the end. */
    public static String answer(SocketChannel channel) {
        StringBuilder answer = new StringBuilder();
        ByteBuffer in = ByteBuffer.allocate(1 << 12);
        try {
            while (channel.read(in) >= 0) {
                in.flip();
                answer.append(StandardCharsets.ISO_8859_1.decode(in));
                in.clear();
            }
        } catch (IOException e) {
            // closed with words of ours unread, and not only closed
        }
        return answer.toString().replaceAll("[^ -~]", ".");
    }

    private static void listen(Path path) throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            System.out.println("READY");
            while (true) {
                server.accept().close();
            }
        }
    }
}
