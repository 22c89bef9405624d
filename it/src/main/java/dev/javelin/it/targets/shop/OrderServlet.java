package dev.javelin.it.targets.shop;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Takes orders, {@code number=17&articles=3,14,15}, and shows them. Who gives no number is given one. */
final class OrderServlet extends HttpServlet {
    private static final long serialVersionUID = 1;
    private static final int FIRST_NUMBER = 1_000_000;

    private final transient Catalogue catalogue;
    private final transient Orders orders;
    private final transient Journal journal;
    private final AtomicInteger next = new AtomicInteger(FIRST_NUMBER);

    OrderServlet(Catalogue catalogue, Orders orders, Journal journal) {
        this.catalogue = catalogue;
        this.orders = orders;
        this.journal = journal;
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        String number = request.getParameter("number");
        String articles = request.getParameter("articles");
        try {
            long cents = 0;
            for (String article : articles.split(",", -1)) {
                cents += catalogue.cents(Integer.parseInt(article));
            }
            Orders.Order order = new Orders.Order(
                    number == null ? next.getAndIncrement() : Integer.parseInt(number), articles, cents);
            orders.store(order);
            journal.append(order.toString());
            show(order, response);
        } catch (SQLException e) {
            throw new ServletException(e);
        }
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        try {
            Optional<Orders.Order> order = orders.find(Integer.parseInt(request.getParameter("number")));
            if (order.isPresent()) {
                show(order.get(), response);
            } else {
                response.sendError(HttpServletResponse.SC_NOT_FOUND);
            }
        } catch (SQLException e) {
            throw new ServletException(e);
        }
    }

    private void show(Orders.Order order, HttpServletResponse response) throws IOException, SQLException {
        StringBuilder text = new StringBuilder("order " + order.number() + "\n");
        for (String article : order.articles().split(",", -1)) {
            text.append(article)
                    .append(' ')
                    .append(catalogue.title(Integer.parseInt(article)))
                    .append('\n');
        }
        Answer.text(response, text.append(order.cents()).append('\n'));
    }
}
