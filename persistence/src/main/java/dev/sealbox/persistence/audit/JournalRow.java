package dev.sealbox.persistence.audit;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A row of the journal as it stands there, believed in nothing.
 *
 * @param chain the hash that the row claims to have
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and nobody else gets to see them
record JournalRow(
        String entity,
        long sequence,
        long ordering,
        boolean deleted,
        String writer,
        @Nullable Long written,
        @Nullable String adapter,
        Form form,
        @Nullable Integer metaSerializer,
        @Nullable String metaManifest,
        byte @Nullable [] meta,
        byte[] chain) {

    /** What says what happened. */
    @SuppressWarnings("ArrayRecordComponent")
    record Form(int serializer, String manifest, byte[] payload) {}

    /** The columns that {@link #read} wants, of the table that is called {@code j}. */
    static final String COLUMNS = "j.persistence_id, j.sequence_number, j.ordering, j.deleted, j.writer,"
            + " j.write_timestamp, j.adapter_manifest, j.event_ser_id, j.event_ser_manifest, j.event_payload,"
            + " j.meta_ser_id, j.meta_ser_manifest, j.meta_payload, j.chain";

    static JournalRow read(ResultSet row) throws SQLException {
        return new JournalRow(
                row.getString(1),
                row.getLong(2),
                row.getLong(3),
                row.getBoolean(4),
                row.getString(5),
                row.getObject(6, Long.class),
                row.getString(7),
                new Form(row.getInt(8), row.getString(9), row.getBytes(10)),
                row.getObject(11, Integer.class),
                row.getString(12),
                row.getBytes(13),
                row.getBytes(14));
    }

    /** The same row, had another event's contents been written into it. */
    JournalRow saying(Form other) {
        return new JournalRow(
                entity,
                sequence,
                ordering,
                deleted,
                writer,
                written,
                adapter,
                other,
                metaSerializer,
                metaManifest,
                meta,
                chain);
    }

    /** What {@code other} would be in this row's place: all of it but the place and the hash. */
    JournalRow holding(JournalRow other) {
        return new JournalRow(
                entity,
                sequence,
                ordering,
                deleted,
                other.writer,
                other.written,
                other.adapter,
                other.form,
                other.metaSerializer,
                other.metaManifest,
                other.meta,
                chain);
    }

    JournalRow ordered(long number) {
        return new JournalRow(
                entity,
                sequence,
                number,
                deleted,
                writer,
                written,
                adapter,
                form,
                metaSerializer,
                metaManifest,
                meta,
                chain);
    }
}
