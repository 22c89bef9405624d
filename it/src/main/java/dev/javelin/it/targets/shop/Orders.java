package dev.javelin.it.targets.shop;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.h2.jdbcx.JdbcConnectionPool;

/** The orders, in a database in files, with two connections for all threads: too few, as in many a shop. Any thread. */
final class Orders {
    private static final int CONNECTIONS = 2;

    private final JdbcConnectionPool connections;

    /** An order as it was stored. */
    record Order(int number, String articles, long cents) {}

    Orders(Path directory) throws SQLException {
        connections = JdbcConnectionPool.create("jdbc:h2:file:" + directory.resolve("orders"), "shop", "");
        connections.setMaxConnections(CONNECTIONS);
        try (Connection connection = connections.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "create table if not exists orders(number int primary key, articles varchar, cents bigint)");
        }
    }

    /** Stores an order, in the place of one with its number. */
    void store(Order order) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement merge = connection.prepareStatement("merge into orders values(?, ?, ?)")) {
            merge.setInt(1, order.number());
            merge.setString(2, order.articles());
            merge.setLong(3, order.cents());
            merge.executeUpdate();
        }
    }

    /** The order of a number. */
    Optional<Order> find(int number) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement select =
                        connection.prepareStatement("select articles, cents from orders where number = ?")) {
            select.setInt(1, number);
            try (ResultSet found = select.executeQuery()) {
                return found.next()
                        ? Optional.of(new Order(number, found.getString(1), found.getLong(2)))
                        : Optional.empty();
            }
        }
    }
}
