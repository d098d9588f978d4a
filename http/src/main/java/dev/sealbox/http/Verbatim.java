package dev.sealbox.http;

import akka.http.scaladsl.model.headers.CustomHeader;
import java.util.Locale;

/** A field that is passed on as it is, also where Akka HTTP would write one of its own. */
final class Verbatim extends CustomHeader {
    private final String name;
    private final String value;

    Verbatim(String name, String value) {
        this.name = name;
        this.value = value;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String value() {
        return value;
    }

    @Override
    public String lowercaseName() {
        return name.toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean renderInRequests() {
        return true;
    }

    @Override
    public boolean renderInResponses() {
        return true;
    }
}
