package dev.sealbox.proxy.transport;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.Adapter;
import com.typesafe.config.ConfigFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.epoll.EpollEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The event loops of the proxy, each with a dispatcher for the actors that own its channels. */
public final class EventLoops {
    private static final AtomicInteger GROUPS = new AtomicInteger();

    private final EpollEventLoopGroup group;
    private final List<Loop> loops = new ArrayList<>();

    /** A loop and the dispatcher whose thread it is. */
    public record Loop(EventLoop eventLoop, DispatcherSelector dispatcher) {}

    /**
     * Starts the loops.
     *
     * @param count how many; 0 means one per processor
     */
    public EventLoops(ActorSystem<?> system, int count) {
        int threads = count > 0 ? count : Runtime.getRuntime().availableProcessors();
        group = new EpollEventLoopGroup(threads, new DefaultThreadFactory("sealbox-proxy", true));
        int number = GROUPS.incrementAndGet();
        var dispatchers = Adapter.toClassic(system).dispatchers();
        group.forEach(executor -> {
            var loop = (EventLoop) executor;
            var id = "sealbox.proxy.loop-" + number + "-" + loops.size();
            var config = ConfigFactory.parseString("id = \"" + id + "\"")
                    .withFallback(dispatchers.defaultDispatcherConfig());
            dispatchers.registerConfigurator(id, new LoopDispatcher(config, dispatchers.prerequisites(), id, loop));
            loops.add(new Loop(loop, DispatcherSelector.fromConfig(id)));
        });
    }

    public EventLoopGroup group() {
        return group;
    }

    public List<Loop> all() {
        return List.copyOf(loops);
    }

    /** Ends the loops; their channels must be closed before. */
    public CompletionStage<Void> stop() {
        var stopped = new CompletableFuture<Void>();
        var unused =
                group.shutdownGracefully(50, 2000, TimeUnit.MILLISECONDS).addListener(done -> stopped.complete(null));
        return stopped;
    }
}
