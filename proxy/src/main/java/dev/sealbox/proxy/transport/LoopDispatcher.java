package dev.sealbox.proxy.transport;

import akka.dispatch.Dispatcher;
import akka.dispatch.DispatcherPrerequisites;
import akka.dispatch.ExecutorServiceFactory;
import akka.dispatch.ExecutorServiceFactoryProvider;
import akka.dispatch.MessageDispatcher;
import akka.dispatch.MessageDispatcherConfigurator;
import com.typesafe.config.Config;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import scala.concurrent.duration.Duration;
import scala.concurrent.duration.FiniteDuration;

/** Runs actors in an event loop: one that is told something by a channel of the same loop runs in the same thread. */
final class LoopDispatcher extends MessageDispatcherConfigurator {
    private static final int THROUGHPUT = 100;

    private final MessageDispatcher dispatcher;

    LoopDispatcher(Config config, DispatcherPrerequisites prerequisites, String id, EventLoop loop) {
        super(config, prerequisites);
        dispatcher = new Dispatcher(
                this, id, THROUGHPUT, Duration.Zero(), new Factory(loop), FiniteDuration.apply(1, TimeUnit.SECONDS));
    }

    @Override
    public MessageDispatcher dispatcher() {
        return dispatcher;
    }

    private record Factory(EventLoop loop) implements ExecutorServiceFactoryProvider, ExecutorServiceFactory {
        @Override
        public ExecutorServiceFactory createExecutorServiceFactory(String id, ThreadFactory threads) {
            return this;
        }

        @Override
        public LoopExecutor createExecutorService() {
            return new LoopExecutor(loop);
        }
    }

    /** Hands everything to the loop. A shutdown is ignored: the loop outlives the last actor on it. */
    private static final class LoopExecutor extends AbstractExecutorService {
        private final EventLoop loop;
        private volatile boolean stopped;

        LoopExecutor(EventLoop loop) {
            this.loop = loop;
        }

        @Override
        public void execute(Runnable task) {
            loop.execute(task);
        }

        @Override
        public void shutdown() {
            stopped = true;
        }

        @Override
        public List<Runnable> shutdownNow() {
            stopped = true;
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return stopped;
        }

        @Override
        public boolean isTerminated() {
            return stopped;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return stopped;
        }
    }
}
