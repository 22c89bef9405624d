package dev.javelin.it.targets.shop;

import dev.javelin.it.targets.Console;
import jakarta.servlet.http.HttpServlet;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;

/**
 * The shop: {@code POST /orders}, {@code GET /orders}, {@code GET /search}, {@code GET /report}. It is ready when it serves. {@code port} says where,
 * {@code threads} how many there are, {@code names} which.
 */
public final class Shop {
    private static final Logger LOGGERS = Logger.getLogger("");
    private static final int THREADS = 8;

    private Shop() {}

    /** Serves; the arguments are a directory for its data, and a port of the loopback device, 0 for any. */
    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments[0]).toAbsolutePath());
        LOGGERS.setLevel(Level.SEVERE); // it warns of what takes long
        Catalogue catalogue = new Catalogue();
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(directory.toString());
        tomcat.setPort(Integer.parseInt(arguments[1]));
        Connector connector = tomcat.getConnector();
        connector.setProperty("address", "127.0.0.1");
        connector.setProperty("maxThreads", Integer.toString(THREADS));
        connector.setProperty("minSpareThreads", Integer.toString(THREADS));
        connector.setProperty("maxKeepAliveRequests", "-1");
        Context context = tomcat.addContext("", directory.toString());
        Map<String, HttpServlet> servlets = Map.of(
                "orders", new OrderServlet(catalogue, new Orders(directory), new Journal(directory)),
                "search", new SearchServlet(catalogue, new ProductIndex()),
                "report", new ReportServlet(catalogue));
        servlets.forEach(
                (name, servlet) -> Tomcat.addServlet(context, name, servlet).addMapping("/" + name));
        tomcat.start();
        new Console()
                .on("port", () -> Integer.toString(connector.getLocalPort()))
                .on("names", () -> Thread.getAllStackTraces().keySet().toString())
                .on(
                        "threads",
                        () -> Integer.toString(
                                ManagementFactory.getThreadMXBean().getThreadCount()))
                .listen()
                .ready();
        tomcat.getServer().await();
    }
}
