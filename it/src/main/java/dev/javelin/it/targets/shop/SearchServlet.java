package dev.javelin.it.targets.shop;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;

/** Finds articles by words: {@code q=copper+lamp}. */
final class SearchServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient Catalogue catalogue;
    private final transient ProductIndex index;

    SearchServlet(Catalogue catalogue, ProductIndex index) {
        this.catalogue = catalogue;
        this.index = index;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        StringBuilder text = new StringBuilder();
        try {
            for (ProductIndex.Hit hit : index.search(request.getParameter("q"))) {
                text.append(hit.article())
                        .append(' ')
                        .append(hit.score())
                        .append(' ')
                        .append(catalogue.title(hit.article()))
                        .append('\n');
            }
        } catch (SQLException e) {
            throw new ServletException(e);
        }
        Answer.text(response, text);
    }
}
