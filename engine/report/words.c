#include "report/words.h"

#include "pintop/snapshot.h"
#include "pintop/teardown.h"

const char *verdict_word(int value)
{
    return pt_verdict_word((enum pt_verdict)value);
}

const char *hop_word(int value)
{
    return pt_hop_word((enum pt_hop)value);
}

const char *broker_word(int value)
{
    return pt_broker_state_word((enum pt_broker_state)value);
}

const char *rtt_of_word(int value)
{
    return pt_rtt_of_word((enum pt_rtt_of)value);
}

const char *cluster_word(int value)
{
    return pt_cluster_state_word((enum pt_cluster_state)value);
}

const char *link_word(int value)
{
    return pt_link_state_word((enum pt_link_state)value);
}

const char *topics_source_word(int value)
{
    return pt_topics_source_word((enum pt_topics_source)value);
}

const char *stream_word(int value)
{
    return pt_stream_state_word((enum pt_stream_state)value);
}

const char *stream_name_word(int value)
{
    return pt_stream_name((enum pt_stream_id)value);
}

const char *auth_word(int value)
{
    return pt_auth_state_word((enum pt_auth_state)value);
}

const char *severity_word(int value)
{
    return pt_severity_word((enum pt_severity)value);
}

const char *code_word(int value)
{
#define CODE_COUNT(code, word, status) +1
    return value >= 0 && value < 0 PT_CODES(CODE_COUNT) ? pt_code_word((pt_code)value) : "?";
#undef CODE_COUNT
}

const char *command_word(int value)
{
    const struct pt_command_info *info = pt_command_info(value);
    return info != NULL ? info->name : "?";
}

const char *result_word(int value)
{
    static const char *const words[] = {"running", "done", "failed"};
    return value >= 0 && value < 3 ? words[value] : "?";
}

const char *check_word(int value)
{
    return value >= 0 && value <= PT_CHECK_NOT_NEEDED
               ? pt_check_state_word((enum pt_check_state)value)
               : "?";
}

const char *made_word(int value)
{
    return value >= 0 && value <= PT_MADE_OTHER ? pt_made_state_word((enum pt_made_state)value)
                                                : "?";
}

const char *made_end_word(int value)
{
    return value >= 0 && value <= PT_MADE_FAILED ? pt_made_end_word((enum pt_made_end)value) : "?";
}

const char *can_word(int bit)
{
    static const char *const words[] = {"restart", "restart_failed", "pause", "update",
                                        "create",  "delete",         "logs",  "changes"};
    return bit >= 0 && bit < (int)(sizeof words / sizeof *words) ? words[bit] : "?";
}
