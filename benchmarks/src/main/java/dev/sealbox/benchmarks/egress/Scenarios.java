package dev.sealbox.benchmarks.egress;

import io.netty.channel.Channel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How each kind of work is done. */
final class Scenarios {
    private static final int LIMIT_SECONDS = 120;

    private final Work work;
    private final Dial dial;
    private final Rotor rotor;
    private final Tally tally;

    private Scenarios(Work work, Dial dial, Rotor rotor, Tally tally) {
        this.work = work;
        this.dial = dial;
        this.rotor = rotor;
        this.tally = tally;
    }

    /**
     * Does it once.
     *
     * @throws Exception when it cannot be done at all
     */
    static void of(Work work, Dial dial, Rotor rotor, Tally tally, Usage proxy) throws Exception {
        var scenarios = new Scenarios(work, dial, rotor, tally);
        switch (work.kind()) {
            case KEPT -> scenarios.kept();
            case ROTATION -> scenarios.rotation();
            case NEW_SAME_HOST -> scenarios.sameHost();
            case NEW_HOSTS -> scenarios.newHosts();
            case UPLOAD -> scenarios.upload();
            case DOWNLOAD -> scenarios.download();
            case EVENTS -> scenarios.events();
            case TRICKLE -> scenarios.trickle();
            case IDLE -> Idle.measure(work, dial, new Question(rotor, false), tally, proxy);
        }
    }

    private List<Lane> lanes(boolean withBody) throws Exception {
        var question = new Question(rotor, withBody);
        var lanes = new ArrayList<Lane>();
        for (int connection = 0; connection < work.connections(); connection++) {
            if (work.streams() > 1) {
                var many = Lane.multiplexed(within(dial.to(Question.HOST, true)), question, tally, work.streams());
                lanes.addAll(many);
            } else {
                lanes.add(Lane.of(within(dial.to(Question.HOST, false)), question, tally));
            }
        }
        return lanes;
    }

    private void kept() throws Exception {
        var lanes = lanes(false);
        warmUp(lanes);
        tally.begin();
        Thread.sleep(work.amount());
        tally.end();
        finish(lanes);
    }

    private void warmUp(List<Lane> lanes) throws Exception {
        for (var first : lanes.stream().map(Lane::start).toList()) {
            within(first);
        }
        Thread.sleep(work.unmeasured());
    }

    /** Without a pause: the next values are written as soon as the proxy has taken the ones before. */
    private void rotation() throws Exception {
        var lanes = lanes(true);
        warmUp(lanes);
        tally.begin();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(work.amount());
        long rotations = 0;
        while (System.nanoTime() < end) {
            rotor.rotate(work.secrets());
            rotations++;
        }
        tally.end();
        tally.rotations(rotations);
        finish(lanes);
    }

    private void finish(List<Lane> lanes) throws Exception {
        for (var stopped : lanes.stream().map(Lane::stop).toList()) {
            within(stopped);
        }
        lanes.forEach(Lane::close);
    }

    private void sameHost() throws Exception {
        var fresh = new Fresh(dial, new Question(rotor, false), tally, number -> Question.HOST);
        var done = fresh.run(work.connections());
        within(fresh.first());
        Thread.sleep(work.unmeasured());
        tally.begin();
        Thread.sleep(work.amount());
        tally.end();
        fresh.stop();
        within(done);
    }

    /** Each host once; no name is used twice while the proxy runs. */
    private void newHosts() throws Exception {
        var batch = Long.toString(System.nanoTime(), 36);
        var fresh = new Fresh(
                dial,
                new Question(rotor, false),
                tally,
                number -> "n" + number + "-" + batch + "." + UpstreamProcess.ZONE);
        tally.begin();
        within(fresh.run(work.connections(), work.amount()));
        tally.end();
    }

    private void upload() throws Exception {
        for (int i = 0; i < work.unmeasured(); i++) {
            within(Upload.send(within(dial.to(Question.HOST, false)), 16 << 20, rotor, tally, false));
        }
        within(Upload.send(within(dial.to(Question.HOST, false)), work.amount(), rotor, tally, true));
    }

    private void download() throws Exception {
        for (int i = 0; i < work.unmeasured(); i++) {
            within(Download.read(within(dial.to(Question.HOST, false)), 16 << 20, tally, false));
        }
        within(Download.read(within(dial.to(Question.HOST, false)), work.amount(), tally, true));
    }

    private void events() throws Exception {
        if (work.unmeasured() > 0) {
            within(Events.read(within(dial.to(Question.HOST, false)), work.unmeasured(), work.interval(), tally));
        }
        tally.begin();
        var streams = new ArrayList<CompletableFuture<Void>>();
        for (int i = 0; i < work.connections(); i++) {
            streams.add(Events.read(within(dial.to(Question.HOST, false)), work.amount(), work.interval(), tally));
        }
        for (var stream : streams) {
            within(stream);
        }
        tally.end();
    }

    private void trickle() throws Exception {
        tally.begin();
        within(Bytes.read(within(dial.to(Question.HOST, false)), (int) work.amount(), work.interval(), tally));
        tally.end();
    }

    private static <T> T within(CompletableFuture<T> future) throws Exception {
        try {
            return future.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new TimeoutException("not done within " + LIMIT_SECONDS + " s");
        }
    }

    /** Only for those whose end nobody waits for. */
    static void close(Channel channel) {
        var unused = channel.close();
    }
}
