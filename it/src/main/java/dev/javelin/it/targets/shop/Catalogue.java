package dev.javelin.it.targets.shop;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.h2.jdbcx.JdbcConnectionPool;

/** The articles, in a database in memory. Any thread. */
final class Catalogue {
    static final int ARTICLES = 5_000;
    static final int DEPARTMENTS = 20;
    private static final int WORDS = 30;
    private static final int CONNECTIONS = 16;
    private static final List<String> STEMS =
            List.of("lamp", "chair", "rope", "stone", "glass", "paper", "copper", "linen", "cedar", "amber");
    private static final List<String> ENDINGS =
            List.of("", "s", "like", "wood", "ware", "work", "maker", "light", "side", "band", "ring", "house");

    private final JdbcConnectionPool connections =
            JdbcConnectionPool.create("jdbc:h2:mem:catalogue;DB_CLOSE_DELAY=-1", "shop", "");

    /** What the articles of a department amount to. */
    record Department(int number, int articles, long cents, int dearest) {}

    /** An article. */
    record Article(int number, int department, int cents, String text) {}

    Catalogue() throws SQLException {
        connections.setMaxConnections(CONNECTIONS);
        try (Connection connection = connections.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create table article(number int primary key, department int, cents int, text varchar)");
            try (PreparedStatement insert = connection.prepareStatement("insert into article values(?, ?, ?, ?)")) {
                for (Article article : articles()) {
                    insert.setInt(1, article.number());
                    insert.setInt(2, article.department());
                    insert.setInt(3, article.cents());
                    insert.setString(4, article.text());
                    insert.executeUpdate();
                }
            }
        }
    }

    /** All of them, the same in every run. */
    static List<Article> articles() {
        Random random = new Random(42);
        List<Article> articles = new ArrayList<>();
        for (int number = 0; number < ARTICLES; number++) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < WORDS; i++) {
                text.append(i == 0 ? "" : " ").append(word(random));
            }
            articles.add(
                    new Article(number, random.nextInt(DEPARTMENTS), 100 + random.nextInt(100_000), text.toString()));
        }
        return articles;
    }

    private static String word(Random random) {
        return STEMS.get(random.nextInt(STEMS.size())) + ENDINGS.get(random.nextInt(ENDINGS.size()));
    }

    /** What an article costs. */
    int cents(int number) throws SQLException {
        return select("select cents from article where number = ?", number, found -> found.getInt(1));
    }

    /** The first words of its text. */
    String title(int number) throws SQLException {
        return select("select text from article where number = ?", number, found -> {
            String text = found.getString(1);
            return text.substring(0, text.indexOf(' ', 20));
        });
    }

    /** The sums of a department. */
    Department department(int number) throws SQLException {
        return select(
                "select count(*), sum(cents), max(cents) from article where department = ?",
                number,
                found -> new Department(number, found.getInt(1), found.getLong(2), found.getInt(3)));
    }

    private interface Row<T> {
        T of(ResultSet found) throws SQLException;
    }

    private <T> T select(String query, int key, Row<T> row) throws SQLException {
        try (Connection connection = connections.getConnection();
                PreparedStatement select = connection.prepareStatement(query)) {
            select.setInt(1, key);
            try (ResultSet found = select.executeQuery()) {
                if (!found.next()) {
                    throw new SQLException("nothing has the number " + key);
                }
                return row.of(found);
            }
        }
    }
}
