/* An engine for a flow test. It is started on a directory of the test's own and watched through
 * its snapshots, without sleeping. Every snapshot that is seen is checked: the account adds up,
 * nothing is negative, all strings are printable. A function here that fails also fails the
 * test. */
#ifndef SUPPORT_ENGINE_FIXTURE_H
#define SUPPORT_ENGINE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine_state.h"
#include "kafka/embedded.h"
#include "pintop/audit.h"
#include "pintop/engine.h"

enum { FLOW_LIMIT_MS = 60000 }; /* a wait that takes longer fails the test */

struct flow {
    struct pt_config *cfg;
    struct pt_engine *eng;
    const struct pt_snapshot *snap; /* the newest seen */
    int64_t n_seen;
};

/* cmocka fixtures of one test: a temporary directory and no configuration from the environment.
 * The teardown closes what is still open and removes the directory. */
int flow_setup(void **state);
int flow_teardown(void **state);

/* A list of settings: FLOW_SET("key=value", …). A later setting overrides an earlier one. */
#define FLOW_SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define FLOW_NONE ((const char *const[]){NULL})
#define FLOW_RUN(...) (&(const struct pt_run){.first_index = -1, __VA_ARGS__})
/* The run of the command `stream`. */
#define FLOW_STREAM(n) FLOW_RUN(.start = PT_STREAM_ALL, .count = (n), .has_sink_drain = true)

/* A configuration in the test's directory, with the embedded cluster unless the settings name
 * servers. */
struct pt_config *flow_config(const char *const *settings);
/* Start an engine; at most 8 at a time. */
struct flow *flow_start(const struct pt_run *run, const char *const *settings);
/* Stop the engine unless it is stopped, join its threads and free it. */
void flow_close(struct flow *flow);

/* Wait until the predicate holds for a snapshot, beginning with the newest one seen. what: for
 * the failure message. */
typedef bool (*flow_fn)(const struct flow *flow, int64_t arg);
void flow_wait(struct flow *flow, flow_fn is_so, int64_t arg, const char *what);
/* The same with a limit; false when the limit passed. */
bool flow_wait_for(struct flow *flow, flow_fn is_so, int64_t arg, int64_t limit_ms);
/* Check snapshots for that long, for what must not happen. */
void flow_watch(struct flow *flow, int64_t for_ms);
/* Take the newest snapshot. */
void flow_look(struct flow *flow);

void flow_wait_up(struct flow *flow); /* the cluster answers */
void flow_wait_state(struct flow *flow, unsigned streams, enum pt_stream_state state);
void flow_wait_delivered(struct flow *flow, unsigned streams, int64_t at_least);
void flow_wait_event(struct flow *flow, const char *text);
bool flow_has_event(const struct flow *flow, const char *text);
const struct pt_stream *flow_stream(const struct flow *flow, enum pt_stream_id id);
const struct pt_topic *flow_topic(const struct flow *flow, const char *name); /* NULL: none */

/* Submit a command; returns its ID. */
uint64_t flow_submit(struct flow *flow, const struct pt_command *cmd);
void flow_start_streams(struct flow *flow, unsigned streams);
void flow_stop_streams(struct flow *flow, unsigned streams);
void flow_set_rate(struct flow *flow, unsigned streams, double per_s);
/* Submit a command and wait for its result, which is valid as long as flow->snap. */
const struct pt_result *flow_ask(struct flow *flow, const struct pt_command *cmd);
/* Check how a command ended. A failure prints its text, its error and all its lines. */
void flow_check_result(const struct pt_result *result, enum pt_result_state state);
/* The same for one that is done and has these lines. The list ends with NULL. */
void flow_check_lines(const struct pt_result *result, const char *const *lines);

/* Stop the engine and wait for the end; returns how long it took, in milliseconds. */
int64_t flow_stop(struct flow *flow, int64_t limit_ms);
/* As the command `stream` does: wait until the run ends, then stop without a limit. Returns
 * ended_by. */
const char *flow_run_out(struct flow *flow);
/* A whole run: start, wait for its end, check that it was drained, close. */
void flow_run_whole(int64_t count, const char *const *settings);
/* Check a stopped engine: every record of this run was delivered, and none is in flight,
 * unresolved or uncommitted. */
void flow_check_drained(const struct flow *flow);
/* Wait until the engine fails, and return why. */
struct pt_error flow_failure(struct flow *flow);

/* Audit the three streams of this configuration. The result has the figures without their
 * ranges. */
struct pt_audit flow_audit(const char *const *settings, int from);
/* Check that no stream has missing or foreign records, and that each has at most so many
 * doubled. */
void flow_check_audit(const char *const *settings, int64_t max_doubled);
/* A stream's checkpoint on disk, for this cluster ID; the caller frees it. */
struct checkpoint *flow_checkpoint(const char *cluster_id, const char *topic);

/* A cluster outside the engine, which outlives it: three brokers and these topics, each with so
 * many partitions. The teardown stops it. */
struct embedded *flow_cluster(const char *const *topics, int32_t partitions);
/* Its "bootstrap.servers=…"; static. */
const char *flow_servers(const struct embedded *cluster);
/* Set all brokers down, or up. */
void flow_set_down(rd_kafka_mock_cluster_t *mock, bool is_down);

/* A string of the snapshot that has a control byte or is not UTF-8; NULL: none. */
const char *flow_unprintable(const struct pt_snapshot *snap);

#endif
