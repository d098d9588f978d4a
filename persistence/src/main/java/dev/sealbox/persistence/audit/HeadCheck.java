package dev.sealbox.persistence.audit;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sealbox.domain.audit.AuditHead;
import dev.sealbox.domain.audit.Flaw;
import dev.sealbox.domain.audit.Flaw.Kind;
import dev.sealbox.domain.audit.Notary;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Optional;

/** Goes through all heads: numbers, links, signatures, entries, and this node's file of heads. */
final class HeadCheck {
    private static final int FETCHED = 200;

    private final Notary notary;
    private final Findings findings;
    private final HeadFile.Reader file;
    private final long lastInFile;

    private long heads;
    private long anchored;
    private long number;
    private String previous = AuditHead.NONE;
    private Optional<HeadFile.Line> line = Optional.empty();

    /**
     * Of a file that was opened before the database was looked at.
     *
     * @param lastInFile later lines are not considered: the database is seen as it was before them
     */
    HeadCheck(Notary notary, Findings findings, HeadFile.Reader file, long lastInFile) {
        this.notary = notary;
        this.findings = findings;
        this.file = file;
        this.lastInFile = lastInFile;
    }

    void run(Connection connection) throws SQLException, IOException {
        nextLine();
        try (var headQuery =
                        connection.prepareStatement("SELECT " + HeadRows.COLUMNS + " FROM audit_head ORDER BY number");
                var entryQuery =
                        connection.prepareStatement("SELECT head, persistence_id, organization, sequence, chain"
                                + " FROM audit_head_entry ORDER BY head, persistence_id COLLATE \"C\"")) {
            headQuery.setFetchSize(FETCHED);
            entryQuery.setFetchSize(FETCHED);
            try (var rows = headQuery.executeQuery();
                    var entries = entryQuery.executeQuery()) {
                var more = entries.next();
                while (rows.next()) {
                    more = check(HeadRows.read(rows), HeadRows.claimedHash(rows), entries, more);
                }
            }
        }
        if (line.isPresent()) {
            found(Kind.HEAD_MISSING, number + 1, "is in the file of heads, but gone from the database");
        }
    }

    private boolean check(AuditHead head, String claimed, ResultSet entries, boolean more)
            throws SQLException, IOException {
        heads++;
        var hash = head.hash();
        if (head.number() != number + 1) {
            found(Kind.HEAD_MISSING, number + 1, "is gone");
        } else if (!head.previous().equals(previous)) {
            found(Kind.HEAD_FORGED, head.number(), "does not follow from the one before");
        }
        if (!claimed.equals(hash) || !isSigned(head)) {
            found(Kind.HEAD_FORGED, head.number(), "is not what was signed");
        }
        number = head.number();
        previous = hash;
        compareWithFile(head, hash);
        return compareEntries(head, entries, more);
    }

    private boolean isSigned(AuditHead head) {
        return notary.verifies(HeadStatement.text(head), Base64.getDecoder().decode(head.signature()));
    }

    private boolean compareEntries(AuditHead head, ResultSet entries, boolean more) throws SQLException {
        var sha = EventChain.sha256();
        var left = more;
        while (left && entries.getLong(1) <= head.number()) {
            if (entries.getLong(1) == head.number()) {
                HeadStatement.add(
                        sha, entries.getString(2), entries.getString(3), entries.getLong(4), entries.getBytes(5));
            }
            left = entries.next();
        }
        if (!HeadStatement.hex(sha.digest()).equals(head.entries())) {
            found(Kind.HEAD_FORGED, head.number(), "has other entries than it was signed with");
        }
        return left;
    }

    private void compareWithFile(AuditHead head, String hash) throws IOException {
        while (line.isPresent() && line.get().number() < head.number()) {
            nextLine();
        }
        if (line.isPresent() && line.get().number() == head.number()) {
            if (line.get().hash().equals(hash)) {
                anchored++;
            } else {
                found(Kind.HEAD_FORGED, head.number(), "is another one than in the file of heads");
            }
            nextLine();
        }
    }

    /** The next line that counts; what cannot be read is reported and passed over. */
    private void nextLine() throws IOException {
        for (var text = file.line(); text != null; text = file.line()) {
            try {
                var parsed = HeadFile.Reader.parse(text);
                line = Optional.of(parsed).filter(one -> one.number() <= lastInFile);
                return;
            } catch (JsonProcessingException e) {
                unreadable();
            }
        }
        line = Optional.empty();
    }

    private void unreadable() {
        var after = line.map(HeadFile.Line::number).orElse(0L);
        findings.accept(new Flaw(
                Kind.ANCHOR_UNREADABLE, "", after, "the file of heads has no head in the line after head " + after));
    }

    private void found(Kind kind, long head, String detail) {
        findings.accept(new Flaw(kind, "", head, "head " + head + " " + detail));
    }

    long heads() {
        return heads;
    }

    long anchored() {
        return anchored;
    }
}
