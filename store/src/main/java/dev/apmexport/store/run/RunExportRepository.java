package dev.apmexport.store.run;

import java.util.Collection;
import java.util.List;
import org.springframework.data.jpa.repository.JpaRepository;

public interface RunExportRepository extends JpaRepository<RunExport, Long> {
  List<RunExport> findByTestRunIdOrderByIndex(long testRunId);

  List<RunExport> findByTestRunIdInOrderByIndex(Collection<Long> testRunIds);
}
