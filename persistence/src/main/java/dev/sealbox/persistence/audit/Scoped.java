package dev.sealbox.persistence.audit;

import dev.sealbox.domain.audit.Scope;
import dev.sealbox.domain.identity.OrganizationId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Queries that see the whole log, or what belongs to one organisation. */
final class Scoped {
    private static final int FETCHED = 200;

    private final Connection connection;
    private final Scope scope;

    /** The connection must be in a transaction, so that rows come a few at a time. */
    Scoped(Connection connection, Scope scope) {
        this.connection = connection;
        this.scope = scope;
    }

    /**
     * Prepares {@code sql}, in which {@code :mine} stands for a condition.
     *
     * @param mine the condition with one {@code ?} for an organisation
     */
    PreparedStatement prepare(String sql, String mine) throws SQLException {
        var query =
                connection.prepareStatement(sql.replace(":mine", scope.only().isEmpty() ? "TRUE" : mine));
        query.setFetchSize(FETCHED);
        var parameters = query.getParameterMetaData().getParameterCount();
        for (var i = 1; i <= parameters; i++) {
            query.setString(i, scope.only().map(OrganizationId::value).orElse(""));
        }
        return query;
    }

    boolean all() {
        return scope.only().isEmpty();
    }
}
