package dev.javelin.it.targets.shop;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.sql.SQLException;

/** Sums up a department: {@code department=7}. */
final class ReportServlet extends HttpServlet {
    private static final long serialVersionUID = 1;

    private final transient Catalogue catalogue;

    ReportServlet(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException {
        try {
            Answer.text(response, catalogue.department(Integer.parseInt(request.getParameter("department"))) + "\n");
        } catch (SQLException e) {
            throw new ServletException(e);
        }
    }
}
