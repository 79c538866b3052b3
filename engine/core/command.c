/* The table of commands, and the checks that follow from it. */
#include "core/command.h"

#include <math.h>
#include <string.h>

#include "kafka/topic_name.h"
#include "pintop/config.h"

enum {
    CHANGES = PT_ROW_CHANGES,
    PLAN = PT_ROW_PLAN,
    STREAMS = PT_ROW_STREAMS,
    TOPIC = PT_ROW_TOPIC,
    NAME = PT_ROW_NAME,
    SINK = PT_ROW_CONNECTORS,
    CONFIGS = PT_ROW_CONFIGS,
    SINK_CHANGE = SINK | CHANGES | PLAN
};

static const struct pt_command_row rows[] = {
    {PT_CMD_START,                 "start",                      "start streams",                         CHANGES | STREAMS               },
    {PT_CMD_STOP,                  "stop",                       "stop streams",                          STREAMS                         },
    {PT_CMD_RATE,                  "rate",                       "change the rate of streams",            CHANGES | STREAMS               },
    {PT_CMD_REFRESH,               "refresh",                    "ask everything again",                  0                               },
    {PT_CMD_TOPIC_CREATE,          "topics create",              "create a topic",                        CHANGES | PLAN | TOPIC | CONFIGS},
    {PT_CMD_TOPIC_DELETE,          "topics delete",              "delete a topic",                        CHANGES | PLAN | TOPIC          },
    {PT_CMD_TOPIC_DESCRIBE,        "topics describe",            "describe a topic",                      TOPIC                           },
    {PT_CMD_TOPIC_PEEK,            "topics peek",                "read records of a topic",               TOPIC                           },
    {PT_CMD_CONNECTOR_DESCRIBE,    "connector describe",         "describe a connector",                  SINK | NAME                     },
    {PT_CMD_CONNECTOR_LOGS,        "connector logs",             "read a connector's log",                SINK | NAME                     },
    {PT_CMD_CONNECTOR_RESTART,     "connector restart",          "restart a connector",                   SINK_CHANGE | NAME              },
    {PT_CMD_CONNECTOR_PAUSE,       "connector pause",            "pause a connector",                     SINK_CHANGE | NAME              },
    {PT_CMD_CONNECTOR_RESUME,      "connector resume",           "resume a connector",                    SINK_CHANGE | NAME              },
    {PT_CMD_CONNECTOR_UPDATE,      "connector update",           "change a connector",
     SINK_CHANGE | NAME | CONFIGS                                                                                                         },
    {PT_CMD_CONNECTOR_CREATE,      "connector create",           "create a connector",                    SINK_CHANGE | CONFIGS           },
    {PT_CMD_CONNECTOR_DELETE,      "connector delete",           "delete a connector",                    SINK_CHANGE | NAME              },
    {PT_CMD_CONNECTOR_ACKNOWLEDGE, "connector acknowledge",      "acknowledge what a connector has lost",
     SINK_CHANGE | NAME                                                                                                                   },
    {PT_CMD_CONNECTOR_PROBE,       "connector diagnose --probe",
     "write an object into a connector's store",                                                          SINK_CHANGE | NAME              },
};

size_t pt_command_rows(void)
{
    return sizeof rows / sizeof *rows;
}

const struct pt_command_row *pt_command_row_at(size_t i)
{
    return i < pt_command_rows() ? &rows[i] : NULL;
}

bool pt_row_is(const struct pt_command_row *row, unsigned flag)
{
    return row != NULL && (row->flags & flag) != 0;
}

const struct pt_command_row *pt_command_row(int kind)
{
    for (size_t i = 0; i < pt_command_rows(); i++)
        if ((int)rows[i].kind == kind)
            return &rows[i];
    return NULL;
}

static bool is_named(const char *name)
{
    return name != NULL && name[0] != '\0';
}

/* Kafka's own topics hold what it needs itself: the positions of all groups, transactions. */
static pt_code check_topic(const struct pt_command *cmd, const char *prefix, struct pt_error *err)
{
    const char *topic = cmd->topic != NULL ? cmd->topic : "";
    bool is_delete = cmd->kind == PT_CMD_TOPIC_DELETE;
    if (is_delete && strncmp(topic, "__", 2) == 0)
        return pt_error_set(err, PT_ENAME,
                            "Leave it where it is; Kafka's own tools delete it if it must go.",
                            "delete topic %s: refused, it is Kafka's own: with "
                            "__consumer_offsets the positions of all consumer groups are gone, "
                            "with __transaction_state all open transactions",
                            topic);
    /* Kafka's rule for all; the name rule for what is made. */
    return topic_name_check(topic, cmd->kind == PT_CMD_TOPIC_CREATE ? prefix : "", err);
}

/* No setting of a connector has blanks in its name, and its name can't be changed. */
static pt_code check_setting(const struct pt_command_row *row, const char *setting, size_t len,
                             struct pt_error *err)
{
    size_t good = strcspn(setting, " \t\r\n");
    if (good < len)
        return pt_error_set(err, PT_EUSAGE, "Write KEY=VALUE without blanks around KEY.",
                            "%s: the key of '%s' has a blank in it", row->name, setting);
    if (row->kind == PT_CMD_CONNECTOR_UPDATE && len == 4 && strncmp(setting, "name", len) == 0)
        return pt_error_set(err, PT_EUSAGE,
                            "Create one of the new name, then delete this one; its group is "
                            "another one then.",
                            "%s: a connector's name can't be changed", row->name);
    return PT_OK;
}

static pt_code check_configs(const struct pt_command_row *row, const struct pt_command *cmd,
                             struct pt_error *err)
{
    if (cmd->n_configs > 0 && !pt_row_is(row, PT_ROW_CONFIGS))
        return pt_error_set(err, PT_EUSAGE, "Leave the settings out.", "%s: it takes no settings",
                            row->name);
    for (size_t i = 0; i < cmd->n_configs; i++) {
        const char *eq = strchr(cmd->configs[i], '=');
        if (eq == NULL || eq == cmd->configs[i])
            return pt_error_set(err, PT_EUSAGE, "Write KEY=VALUE; KEY= takes the key out.",
                                "%s: '%s' is not KEY=VALUE", row->name, cmd->configs[i]);
        size_t len = (size_t)(eq - cmd->configs[i]) + 1;
        pt_code code = check_setting(row, cmd->configs[i], len - 1, err);
        if (code != PT_OK)
            return code;
        for (size_t k = 0; k < i; k++)
            if (strncmp(cmd->configs[k], cmd->configs[i], len) == 0)
                return pt_error_set(err, PT_EUSAGE, "Give it once.", "%s: %.*s is given twice",
                                    row->name, (int)len - 1, cmd->configs[i]);
    }
    return PT_OK;
}

static pt_code check_streams(const struct pt_command_row *row, const struct pt_command *cmd,
                             struct pt_error *err)
{
    if (cmd->streams == 0 || (cmd->streams & ~(unsigned)PT_STREAM_ALL) != 0)
        return pt_error_set(err, PT_EUSAGE, "Name pin, geo or user.",
                            "%s: it names no stream that there is", row->name);
    double rate = cmd->rate_per_s;
    bool is_rate = rate == PT_RATE_ORIGINAL || (isfinite(rate) && rate > 0 && rate <= PT_RATE_MAX);
    if (row->kind == PT_CMD_RATE && !is_rate)
        return pt_error_set(err, PT_EUSAGE, "Give records per second above 0, max or original.",
                            "%s: that is not a rate", row->name);
    return PT_OK;
}

pt_code command_check(const struct pt_command *cmd, bool is_readonly, const char *prefix,
                      struct pt_error *err)
{
    const struct pt_command_row *row = pt_command_row((int)cmd->kind);
    if (row == NULL)
        return pt_error_set(err, PT_EUSAGE, NULL, "command %d: there is no such command",
                            (int)cmd->kind);
    if (cmd->is_plan && !pt_row_is(row, PT_ROW_PLAN))
        return pt_error_set(err, PT_EUSAGE, "Leave the dry run out.",
                            "%s: there is no dry run of it; nothing was done", row->name);
    if (is_readonly && pt_row_is(row, PT_ROW_CHANGES) && !cmd->is_plan)
        return pt_error_set(err, PT_EREADONLY,
                            "Start pintop without --readonly, and with pintop.readonly=off.",
                            "%s: refused, this pintop is read-only", row->does);
    if (pt_row_is(row, PT_ROW_NAME) && !is_named(cmd->connector))
        return pt_error_set(err, PT_EUSAGE, "`pintop connector list` shows their names.",
                            "%s: a connector's name is missing", row->name);
    pt_code code = pt_row_is(row, PT_ROW_STREAMS) ? check_streams(row, cmd, err) : PT_OK;
    if (code == PT_OK)
        code = check_configs(row, cmd, err);
    if (code == PT_OK && pt_row_is(row, PT_ROW_TOPIC))
        code = check_topic(cmd, prefix, err);
    return code;
}
