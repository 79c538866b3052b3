/* The tables, one or more for each struct of the public headers. */
#ifndef REPORT_TABLES_H
#define REPORT_TABLES_H

#include "report/field.h"

extern const struct field_table snapshot_table;

/* Of a section: the part that `status --json` always had in the root, and the rest. */
extern const struct field_table verdict_table, session_table;
extern const struct field_table cluster_table, series_table;
extern const struct field_table streams_table;
extern const struct field_table topics_table, more_topics_table;
extern const struct field_table token_table;
extern const struct field_table connectors_table, backend_table;
extern const struct field_table setup_table;

extern const struct field_table stream_table, topic_table, partition_table, connector_table;
extern const struct field_table error_table, command_table, result_table;

#endif
