package dev.sealbox.benchmarks.egress;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The load: reads one {@link Order} after the other from its standard input, as JSON, and answers each with a
 * {@link Result}. A line {@value #RELOADED} tells that the proxy has read its secrets again. Ends with its input.
 */
public final class LoadProcess {
    static final String RELOADED = "reloaded";

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What is to be measured, and on which proxy. */
    record Order(Work work, int port, long pid, String authority, String secrets) {}

    private LoadProcess() {}

    public static void main(String[] arguments) throws IOException {
        var orders = new LinkedBlockingQueue<Order>();
        var rotor = new Rotor(Path.of(arguments[0]));
        rotor.write(1);
        var worker = new Thread(() -> work(orders, rotor), "load");
        worker.setDaemon(true);
        worker.start();
        System.out.println("ready");
        try (var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.equals(RELOADED)) {
                    rotor.acknowledge();
                } else {
                    orders.add(JSON.readValue(line, Order.class));
                }
            }
        }
        System.exit(0);
    }

    private static void work(LinkedBlockingQueue<Order> orders, Rotor rotor) {
        try {
            while (true) {
                var order = orders.take();
                System.out.println(JSON.writeValueAsString(done(order, rotor)));
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException("an order could not be answered", e);
        }
    }

    private static Result done(Order order, Rotor rotor) {
        var tally = new Tally(new Usage(order.pid()));
        try {
            if (rotor.held() != order.work().secrets()) {
                rotor.rotate(order.work().secrets());
            }
            var dial = new Dial(order.port(), Path.of(order.authority()));
            Scenarios.of(order.work(), dial, rotor, tally, new Usage(order.pid()));
        } catch (Exception e) {
            tally.error(e.toString());
        }
        return tally.result(order.work());
    }
}
