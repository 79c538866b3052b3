/* An engine for a flow test: started on a directory of the test's own, watched through its
 * snapshots, never by sleeping. Every snapshot that is seen on the way is checked: the account adds
 * up, nothing is negative, all strings are printable. Everything here fails the test by itself. */
#ifndef SUPPORT_ENGINE_FIXTURE_H
#define SUPPORT_ENGINE_FIXTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/engine_state.h"
#include "kafka/embedded.h"
#include "pintop/audit.h"
#include "pintop/engine.h"

enum { FLOW_LIMIT_MS = 60000 }; /* of a wait, when something is wrong */

struct flow {
    struct pt_config *cfg;
    struct pt_engine *eng;
    const struct pt_snapshot *snap; /* the newest seen */
    int64_t n_seen;
};

/* cmocka fixtures of one test: a temporary directory, no configuration from outside; at the end
 * what is still open is closed and the directory removed. */
int flow_setup(void **state);
int flow_teardown(void **state);
/* NAME in the test's directory; valid until the eighth next call. */
const char *flow_path(const char *name);

/* Settings as a list: FLOW_SET("key=value", …). Later ones win. */
#define FLOW_SET(...) ((const char *const[]){__VA_ARGS__, NULL})
#define FLOW_NONE ((const char *const[]){NULL})
#define FLOW_RUN(...) (&(const struct pt_run){.first_index = -1, __VA_ARGS__})
/* The run of `stream`. */
#define FLOW_STREAM(n) FLOW_RUN(.start = PT_STREAM_ALL, .count = (n), .has_sink_drain = true)

/* A configuration on this directory: embedded, unless the settings name servers. */
struct pt_config *flow_config(const char *const *settings);
/* Start an engine. At most 8 at a time. */
struct flow *flow_start(const struct pt_run *run, const char *const *settings);
/* Stop if need be, join everything, free. */
void flow_close(struct flow *flow);

/* Wait until the predicate holds for a snapshot; the newest one counts first. what is for the
 * message of the failure. */
typedef bool (*flow_fn)(const struct flow *flow, int64_t arg);
void flow_wait(struct flow *flow, flow_fn is_so, int64_t arg, const char *what);
/* The same with a limit; false when it did not come about. */
bool flow_wait_for(struct flow *flow, flow_fn is_so, int64_t arg, int64_t limit_ms);
/* Look at snapshots for so long, for what must not happen. */
void flow_watch(struct flow *flow, int64_t for_ms);
/* Take over the newest snapshot. */
void flow_look(struct flow *flow);

void flow_wait_up(struct flow *flow); /* the cluster answers */
void flow_wait_state(struct flow *flow, unsigned streams, enum pt_stream_state state);
void flow_wait_delivered(struct flow *flow, unsigned streams, int64_t at_least);
void flow_wait_event(struct flow *flow, const char *text);
bool flow_has_event(const struct flow *flow, const char *text);
const struct pt_stream *flow_stream(const struct flow *flow, enum pt_stream_id id);
const struct pt_topic *flow_topic(const struct flow *flow, const char *name); /* NULL: none */

/* Submit; returns the command's id. */
uint64_t flow_submit(struct flow *flow, const struct pt_command *cmd);
void flow_start_streams(struct flow *flow, unsigned streams);
void flow_stop_streams(struct flow *flow, unsigned streams);
void flow_set_rate(struct flow *flow, unsigned streams, double per_s);
/* Submit and wait for its result, valid as long as flow->snap. */
const struct pt_result *flow_ask(struct flow *flow, const struct pt_command *cmd);

/* Stop and wait for it; returns how long it took, in milliseconds. */
int64_t flow_stop(struct flow *flow, int64_t limit_ms);
/* As `stream` does: until the run has ended by itself, then stop without limit. Returns ended_by.
 */
const char *flow_run_out(struct flow *flow);
/* All of the run: start, run out, nothing left over, close. */
void flow_run_whole(int64_t count, const char *const *settings);
/* Of a stopped engine: every index of this run was delivered and nothing is left anywhere. */
void flow_check_drained(const struct flow *flow);
/* The failure of an engine that cannot do its errand; waits for it. */
struct pt_error flow_failure(struct flow *flow);

/* Audit the three streams of this configuration. The figures are without their ranges. */
struct pt_audit flow_audit(const char *const *settings, int from);
/* Nothing missing, nothing foreign in any stream, at most so many doubled in each. */
void flow_check_audit(const char *const *settings, int64_t max_doubled);
/* The checkpoint on disk of a stream, for this cluster id. */
struct checkpoint *flow_checkpoint(const char *cluster_id, const char *topic); /* free() */

/* A cluster outside the engine that outlives it: three brokers, these topics with so many
 * partitions. Ended by the teardown. */
struct embedded *flow_cluster(const char *const *topics, int32_t partitions);
/* "bootstrap.servers=…" of it; static. */
const char *flow_servers(const struct embedded *cluster);
/* All brokers down, or up. */
void flow_set_down(rd_kafka_mock_cluster_t *mock, bool is_down);

/* A snapshot string with a control byte, or not UTF-8; NULL: none. */
const char *flow_unprintable(const struct pt_snapshot *snap);

#endif
