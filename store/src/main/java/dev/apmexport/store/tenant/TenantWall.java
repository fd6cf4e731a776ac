package dev.apmexport.store.tenant;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import javax.sql.DataSource;
import org.postgresql.jdbc.PgConnection;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * The second wall between tenants: while a tenant's request is served, every connection is bound to that tenant, and
 * PostgreSQL's row-level security shows and takes no other rows, whatever a query forgot to say. Everything else speaks
 * to the database as the owner of its tables.
 */
public final class TenantWall extends DelegatingDataSource {
  private static final ScopedValue<TenantId> SERVED = ScopedValue.newInstance();
  private static final String OWNER = "none";
  private static final String TENANT = "apm_tenant";

  /** Whom a connection of the pool is bound to since it was used last; 0 for the owner. */
  private final Map<Connection, Long> bound = Collections.synchronizedMap(new WeakHashMap<>());

  public TenantWall(DataSource pool) {
    super(pool);
  }

  /** Does something on behalf of a tenant. */
  public static <T, E extends Exception> T within(TenantId tenant, ScopedValue.CallableOp<T, E> work) throws E {
    return ScopedValue.where(SERVED, tenant).call(work);
  }

  @Override
  public Connection getConnection() throws SQLException {
    Connection connection = super.getConnection();
    try {
      bind(connection, SERVED.isBound() ? SERVED.get().value() : 0);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private void bind(Connection connection, long tenant) throws SQLException {
    Connection physical = connection.unwrap(PgConnection.class); // the pool hands out a new shell every time
    if (bound.getOrDefault(physical, 0L) == tenant) { return; }
    bound.put(physical, -1L); // unknown, should the statement fail half-way
    try (PreparedStatement set = connection
        .prepareStatement("select set_config('role', ?, false), set_config('apm.tenant', ?, false)")) {
      set.setString(1, tenant == 0 ? OWNER : TENANT);
      set.setString(2, tenant == 0 ? "" : Long.toString(tenant));
      set.execute();
    }
    bound.put(physical, tenant);
  }
}
