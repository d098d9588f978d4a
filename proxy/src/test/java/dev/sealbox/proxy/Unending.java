package dev.sealbox.proxy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;

/** A connection whose output the JDK's TLS does not end along with its own, as it does to any other. */
final class Unending extends Socket {
    private final Socket carrier;

    Unending(Socket carrier) {
        this.carrier = carrier;
    }

    @Override
    public void shutdownOutput() {}

    @Override
    public InputStream getInputStream() throws IOException {
        return carrier.getInputStream();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return carrier.getOutputStream();
    }

    @Override
    public boolean isConnected() {
        return carrier.isConnected();
    }

    @Override
    public boolean isClosed() {
        return carrier.isClosed();
    }

    @Override
    public InetAddress getInetAddress() {
        return carrier.getInetAddress();
    }

    @Override
    public int getPort() {
        return carrier.getPort();
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return carrier.getSoTimeout();
    }

    @Override
    public void setSoTimeout(int timeout) throws SocketException {
        carrier.setSoTimeout(timeout);
    }

    @Override
    public void setSoLinger(boolean on, int linger) throws SocketException {
        carrier.setSoLinger(on, linger);
    }

    @Override
    public void close() throws IOException {
        carrier.close();
    }
}
