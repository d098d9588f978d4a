package dev.sealbox.proxy.tunnel;

import dev.sealbox.proxy.http2.Http2Client;
import dev.sealbox.proxy.http2.Http2ClientStream;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Error;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The client speaks HTTP/2: many requests at once, each going its own course. It ends only with the connection. */
final class Multiplexing implements Phase, Http2Client.Owner {
    private final Conversation conversation;
    private final Http2Client client;
    private final EventLoop loop;
    private final Map<Http2ClientStream, Course> courses = new LinkedHashMap<>();
    private final Deque<Course> ready = new ArrayDeque<>();

    private long idleSince = System.nanoTime();
    private boolean leaving;

    /** Nothing is read yet: {@link #begin}. */
    private Multiplexing(Conversation conversation) {
        this.conversation = conversation;
        this.loop = conversation.client().channel().eventLoop();
        this.client = new Http2Client(
                conversation.client(), conversation.services().limits().http2(), this);
    }

    static Phase begin(Conversation conversation) {
        var begun = new Multiplexing(conversation);
        var limits = conversation.services().limits().http2();
        begun.client.begin(conversation
                .admission()
                .windows()
                .give(conversation.client().channel(), limits.clientConnectionWindow(), limits.clientWindows()));
        return begun;
    }

    @Override
    public void begun(Http2ClientStream stream) {
        if (!conversation
                .admission()
                .beginStream(conversation.services().limits().http2().streams())) {
            stream.reset(Http2Error.REFUSED_STREAM);
            return;
        }
        courses.put(stream, new Course(conversation, stream, () -> awake(stream)));
        awake(stream);
    }

    /** May be called in any thread: what an exchange waits for may happen elsewhere. */
    @Override
    public void awake(Http2ClientStream stream) {
        if (loop.inEventLoop()) {
            enqueue(stream);
        } else {
            loop.execute(() -> enqueue(stream));
        }
    }

    private void enqueue(Http2ClientStream stream) {
        var course = courses.get(stream);
        if (course != null && course.enqueue()) {
            ready.add(course);
            if (ready.size() == 1) {
                conversation.wake().run();
            }
        }
    }

    @Override
    public Phase step() {
        for (var course = ready.poll(); course != null; course = ready.poll()) {
            course.advance();
            if (course.isOver()) {
                end(course);
            }
        }
        client.flush();
        return this;
    }

    private void end(Course course) {
        close(course);
        courses.remove(course.stream());
        idleSince = System.nanoTime();
    }

    @Override
    public Phase tick(long now) {
        for (var course : List.copyOf(courses.values())) {
            course.tick(now);
        }
        var limits = conversation.services().limits();
        if (courses.isEmpty() && now - idleSince > limits.keepAlive().toNanos()) {
            leave();
        }
        return this;
    }

    /** Says that no further request will be taken, a second before it closes. */
    private void leave() {
        if (leaving) {
            var unused = conversation.client().channel().close();
        } else {
            leaving = true;
            client.goAway();
        }
    }

    @Override
    public boolean mayRelease() {
        return courses.values().stream().anyMatch(Course::mayRelease);
    }

    @Override
    public void release() {
        courses.values().forEach(Course::release);
        client.flush();
    }

    private void close(Course course) {
        course.close();
        conversation.admission().endStream();
    }

    @Override
    public void close() {
        courses.values().forEach(this::close);
        courses.clear();
        ready.clear();
    }
}
