#include "ui/unknown.h"

#include <math.h>

static const struct pt_session_section session = {.version = "",
                                                  .owner_pid = PT_UNKNOWN,
                                                  .link_since_ms = PT_UNKNOWN,
                                                  .engine_pid = PT_UNKNOWN,
                                                  .stop_timeout_ms = PT_UNKNOWN,
                                                  .is_owner = true,
                                                  .verdict_since_ms = PT_UNKNOWN};
static const struct pt_cluster_section cluster = {
    .since_ms = PT_UNKNOWN, .controller_id = -1, .retries = PT_UNKNOWN};
#define UNKNOWN_STREAM(stream_name)                                                                \
    {                                                                                              \
        .name = (stream_name), .since_ms = PT_UNKNOWN, .queued = PT_UNKNOWN,                       \
        .uncommitted = PT_UNKNOWN, .account_first_index = PT_UNKNOWN,                              \
        .newest_object_ms = PT_UNKNOWN, .generated_per_s = NAN, .delivered_per_s = NAN,            \
        .bytes_per_s = NAN, .ack_p50_ms = NAN, .ack_p99_ms = NAN, .ack_max_ms = NAN,               \
        .owner_pid = PT_UNKNOWN                                                                    \
    }
static const struct pt_streams_section streams = {
    .streams = {UNKNOWN_STREAM("pin"), UNKNOWN_STREAM("geo"), UNKNOWN_STREAM("user")}
};
static const struct pt_topics_section topics = {.asked_ms = PT_UNKNOWN};
static const struct pt_connectors_section connectors = {0};
static const struct pt_events_section events = {.first_number = 1};
static const struct pt_log_section log_lines = {.first_number = 1};
static const struct pt_series_section series = {.last_sample = -1, .last_sample_ms = PT_UNKNOWN};
static const struct pt_auth_section auth = {
    .auth = {PT_AUTH_NOTHING_KNOWN, .state = PT_AUTH_NOT_NEEDED}
};
static const struct pt_completed_section completed = {0};
static const struct pt_setup_section setup = {.begun_ms = PT_UNKNOWN, .ended_ms = PT_UNKNOWN};

const struct pt_snapshot *ui_unknown_snapshot(void)
{
    static const struct pt_snapshot snap = {.time_ms = PT_UNKNOWN,
                                            .session = &session,
                                            .cluster = &cluster,
                                            .streams = &streams,
                                            .topics = &topics,
                                            .connectors = &connectors,
                                            .events = &events,
                                            .log = &log_lines,
                                            .series = &series,
                                            .minutes = &series,
                                            .auth = &auth,
                                            .completed = &completed,
                                            .setup = &setup};
    return &snap;
}
