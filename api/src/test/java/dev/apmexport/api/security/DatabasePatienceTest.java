package dev.apmexport.api.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.provider.ArgumentsSource;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.TransientDataAccessResourceException;
import org.springframework.http.HttpStatus;
import org.springframework.orm.jpa.JpaSystemException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionSystemException;

class DatabasePatienceTest {
  static final class Away implements ArgumentsProvider {
    @Override
    public java.util.stream.Stream<? extends Arguments> provideArguments(ParameterDeclarations declarations,
        ExtensionContext context) {
      return java.util.stream.Stream.<RuntimeException>of(new DataAccessResourceFailureException("no connection"),
          new DataAccessResourceFailureException("broken off", new SQLException("broken off", "08006")),
          new TransientDataAccessResourceException("deadlock"), new CannotCreateTransactionException("no connection"),
          new TransactionSystemException("broke off at the commit"),
          new JpaSystemException(new IllegalStateException("Unable to rollback"))).map(Arguments::of);
    }
  }

  @ParameterizedTest
  @ArgumentsSource(Away.class)
  void a_request_is_held_until_the_database_is_back(RuntimeException away) {
    AtomicInteger tries = new AtomicInteger();
    Supplier<String> work = () -> {
      if (tries.incrementAndGet() < 3) { throw away; }
      return "stored";
    };

    assertThat(new DatabasePatience(Duration.ofMinutes(5)).call(5, work)).isEqualTo("stored");
    assertThat(tries).hasValue(3);
  }

  @Test
  void a_request_is_refused_when_the_time_is_over() {
    DatabasePatience patience = new DatabasePatience(Duration.ofMillis(300));
    Supplier<String> work = () -> {
      throw new DataAccessResourceFailureException("no connection");
    };

    assertThatThrownBy(() -> patience.call(5, work))
        .isInstanceOfSatisfying(Refused.class,
            refused -> assertThat(refused.status()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE));
  }

  @Test
  void a_fault_that_waiting_does_not_heal_is_not_waited_for() {
    AtomicInteger tries = new AtomicInteger();
    Supplier<String> work = () -> {
      tries.incrementAndGet();
      throw new DataIntegrityViolationException("twice");
    };

    assertThatThrownBy(() -> new DatabasePatience().call(5, work)).isInstanceOf(DataIntegrityViolationException.class);
    assertThat(tries).hasValue(1);
  }

  @Test
  void what_the_database_refuses_for_good_is_not_waited_for() {
    AtomicInteger tries = new AtomicInteger();
    Supplier<String> work = () -> {
      tries.incrementAndGet();
      throw new DataAccessResourceFailureException("insert", new SQLException("index row too large", "54000"));
    };

    assertThatThrownBy(() -> new DatabasePatience().call(5, work))
        .isInstanceOf(DataAccessResourceFailureException.class);
    assertThat(tries).hasValue(1);
  }

  @Test
  void held_bytes_are_bounded_and_given_back() {
    DatabasePatience patience = new DatabasePatience();
    int most = 256 << 20;

    assertThatThrownBy(() -> patience.call(most, () -> patience.call(1, () -> "no room")))
        .isInstanceOfSatisfying(Refused.class,
            refused -> assertThat(refused.status()).isEqualTo(HttpStatus.SERVICE_UNAVAILABLE));
    assertThat(patience.call(most, () -> "room")).isEqualTo("room");
  }
}
