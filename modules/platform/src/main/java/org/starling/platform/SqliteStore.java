package org.starling.platform;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.starling.world.KeyValueStore;
import org.starling.world.StorageException;

/**
 * {@link KeyValueStore} in one SQLite file, for what people carry about: a table of keys and values, a rollback journal, and
 * an exclusive lock for as long as it is open, so that no second process writes it. Every write is on stable storage when
 * it returns. An interrupted one is rolled back at the next opening.
 */
public final class SqliteStore implements KeyValueStore {
    /** Marks the file as a Starling wallet: {@code Strl}. */
    static final int APPLICATION_ID = 0x5374726c;

    private static final int FORMAT = 1;

    private final Path file;
    private final Connection connection;
    private boolean closed;

    private SqliteStore(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Opens a file that exists. */
    public static SqliteStore open(Path file) {
        return open(file, true);
    }

    /** @param synced whether writes wait for the disk */
    static SqliteStore open(Path file, boolean synced) {
        if (!Files.isRegularFile(file)) {
            throw new StorageException(file + " does not exist");
        }
        return connect(file, false, synced);
    }

    /** Makes the file, whose folder exists. */
    public static SqliteStore create(Path file) {
        return create(file, true);
    }

    /** @param synced whether writes wait for the disk */
    static SqliteStore create(Path file, boolean synced) {
        if (Files.exists(file)) {
            throw new StorageException(file + " exists already");
        }
        return connect(file, true, synced);
    }

    private static SqliteStore connect(Path file, boolean fresh, boolean synced) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.DELETE);
        config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
        config.setPragma(SQLiteConfig.Pragma.FULL_SYNC, "true");
        config.setBusyTimeout(0);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        Connection connection = null;
        boolean complete = false;
        try {
            connection = source.getConnection();
            SqliteStore store = new SqliteStore(file, connection);
            store.prepare(fresh, synced);
            complete = true;
            return store;
        } catch (SQLException e) {
            throw new StorageException(complaint(file, e), e);
        } finally {
            if (!complete && connection != null) {
                closeQuietly(connection);
            }
        }
    }

    private static String complaint(Path file, SQLException e) {
        String reason = String.valueOf(e.getMessage());
        return reason.contains("SQLITE_BUSY")
                ? file + " is in use: it is open already, perhaps in another process"
                : reason.contains("SQLITE_NOTADB")
                        ? file + " is damaged, or not a Starling wallet"
                        : "Cannot open " + file + ": " + reason;
    }

    private void prepare(boolean fresh, boolean synced) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // Also the removal of the journal, by which a write counts, is on stable storage.
            statement.execute("PRAGMA synchronous = " + (synced ? "EXTRA" : "OFF"));
            // What is replaced is wiped: it may have been a key before it was sealed.
            statement.execute("PRAGMA secure_delete = ON");
            // Takes the lock, which exclusive mode then keeps.
            statement.execute("BEGIN EXCLUSIVE");
            if (fresh) {
                statement.execute("PRAGMA application_id = " + APPLICATION_ID);
                statement.execute("PRAGMA user_version = " + FORMAT);
                statement.execute(
                        "CREATE TABLE main(key BLOB PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID");
            }
            statement.execute("COMMIT");
            int application = number(statement, "PRAGMA application_id");
            int format = number(statement, "PRAGMA user_version");
            if (application != APPLICATION_ID) {
                throw new StorageException(file + " is a database of another program, not a Starling wallet");
            }
            if (format != FORMAT) {
                throw new StorageException(
                        file + " has the format " + format + " of a newer Starling; this one knows " + FORMAT);
            }
        }
    }

    private static int number(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getInt(1) : 0;
        }
    }

    @Override
    public synchronized byte @Nullable [] get(byte[] key) {
        try (PreparedStatement query = use().prepareStatement("SELECT value FROM main WHERE key = ?")) {
            query.setBytes(1, key);
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? row.getBytes(1) : null;
            }
        } catch (SQLException e) {
            throw failure("read", e);
        }
    }

    @Override
    public List<byte @Nullable []> getAll(List<byte[]> keys) {
        List<byte @Nullable []> values = new ArrayList<>(keys.size());
        keys.forEach(key -> values.add(get(key)));
        return values;
    }

    @Override
    public Batch batch() {
        return new SqliteBatch();
    }

    @Override
    public synchronized void write(Batch batch, Durability durability) {
        Connection used = use();
        try (Statement statement = used.createStatement();
                PreparedStatement put = used.prepareStatement("INSERT OR REPLACE INTO main VALUES(?, ?)");
                PreparedStatement delete = used.prepareStatement("DELETE FROM main WHERE key = ?")) {
            statement.execute("BEGIN IMMEDIATE");
            boolean complete = false;
            try {
                ((SqliteBatch) batch).apply(put, delete);
                statement.execute("COMMIT");
                complete = true;
            } finally {
                if (!complete) {
                    statement.execute("ROLLBACK");
                }
            }
        } catch (SQLException e) {
            throw failure("write", e);
        }
    }

    @Override
    public synchronized void scan(byte[] prefix, Visitor visitor) {
        try (PreparedStatement query =
                use().prepareStatement("SELECT key, value FROM main WHERE key >= ? ORDER BY key")) {
            query.setBytes(1, prefix);
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    byte[] key = row.getBytes(1);
                    if (!startsWith(key, prefix) || !visitor.visit(key, row.getBytes(2))) {
                        return;
                    }
                }
            }
        } catch (SQLException e) {
            throw failure("read", e);
        }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** Copies everything into memory: what is kept here is small. */
    @Override
    public Snapshot snapshot() {
        TreeMap<byte[], byte[]> copy = new TreeMap<>(Arrays::compareUnsigned);
        scan(new byte[0], (key, value) -> {
            copy.put(key, value);
            return true;
        });
        return new Snapshot() {
            @Override
            public byte @Nullable [] get(byte[] key) {
                return copy.get(key);
            }

            @Override
            public void scan(byte[] prefix, Visitor visitor) {
                for (var entry : copy.tailMap(prefix, true).entrySet()) {
                    if (!startsWith(entry.getKey(), prefix) || !visitor.visit(entry.getKey(), entry.getValue())) {
                        return;
                    }
                }
            }

            @Override
            public void close() {}
        };
    }

    /** Copies the store as it is now to a file, in place of one that may be there. */
    public synchronized void backup(Path target) {
        Path whole = target.resolveSibling(target.getFileName() + ".part");
        try (PreparedStatement statement = use().prepareStatement("VACUUM INTO ?")) {
            Files.deleteIfExists(whole);
            statement.setString(1, whole.toString());
            statement.execute();
            DiskFileStore.moveDurably(whole, target);
        } catch (SQLException | java.io.IOException e) {
            throw new StorageException("Cannot write the backup " + target + ": " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            try {
                connection.close();
            } catch (SQLException e) {
                throw failure("close", e);
            }
        }
    }

    private Connection use() {
        if (closed) {
            throw new StorageException(file + " is closed");
        }
        return connection;
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // It failed to open; that is what the caller hears of.
        }
    }

    private StorageException failure(String what, SQLException e) {
        return new StorageException("Cannot " + what + " " + file + ": " + e.getMessage(), e);
    }

    private static final class SqliteBatch implements Batch {
        private final List<byte @Nullable []> pairs = new ArrayList<>();

        @Override
        public Batch put(byte[] key, byte[] value) {
            pairs.add(key);
            pairs.add(value);
            return this;
        }

        @Override
        public Batch delete(byte[] key) {
            pairs.add(key);
            pairs.add(null);
            return this;
        }

        @Override
        public int size() {
            return pairs.size() / 2;
        }

        private void apply(PreparedStatement put, PreparedStatement delete) throws SQLException {
            for (int i = 0; i < pairs.size(); i += 2) {
                byte[] value = pairs.get(i + 1);
                PreparedStatement change = value == null ? delete : put;
                change.setBytes(1, pairs.get(i));
                if (value != null) {
                    change.setBytes(2, value);
                }
                change.executeUpdate();
            }
        }
    }
}
