package dev.javelin.collector.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** A server and its client in one process, on the loopback device: the network's part of the kernel. */
final class StockServer {
    private static final int QUESTIONS = 60;

    private final SocketChannel client;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(8);

    StockServer() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            client = SocketChannel.open(server.getLocalAddress());
            SocketChannel connection = server.accept();
            Thread thread = new Thread(() -> serve(connection), "stock-server");
            thread.setDaemon(true);
            thread.start();
        }
    }

    /** Asks for some articles, and returns how many are in stock. */
    long ask() throws IOException {
        long stock = 0;
        for (int article = 0; article < QUESTIONS; article++) {
            client.write(buffer.clear().putLong(article).flip());
            client.read(buffer.clear());
            stock += buffer.getLong(0);
        }
        return stock;
    }

    private static void serve(SocketChannel connection) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(8);
        try {
            while (connection.read(buffer.clear()) == buffer.capacity()) {
                buffer.putLong(0, stock(buffer.getLong(0)));
                connection.write(buffer.flip());
            }
        } catch (IOException e) {
            throw new IllegalStateException("the stock server's connection broke", e);
        }
    }

    private static long stock(long article) {
        return (article * 0x9E3779B97F4A7C15L) >>> 56;
    }
}
