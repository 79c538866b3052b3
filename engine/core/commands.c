/* The table of commands: a row holds everything about its command. A command that no other code
 * names needs only this row and its runner. */
#include <string.h>

#include "connector/watch/deed.h"
#include "core/command.h"
#include "core/command_runs.h"

enum {
    OF_CONNECTOR = PT_COMMAND_CONNECTOR,
    CHANGES_TOPIC = PT_COMMAND_TOPIC | PT_COMMAND_CHANGES | PT_COMMAND_PLAN | PT_COMMAND_MANY,
    CHANGES_CONNECTOR = PT_COMMAND_CONNECTOR | PT_COMMAND_CHANGES | PT_COMMAND_PLAN,
    BESIDE_CONNECTOR = CHANGES_CONNECTOR | PT_COMMAND_BESIDE | PT_COMMAND_SHOWN
};

/* Laid out by hand, one member per line. */
/* clang-format off */
static const struct command_row rows[] = {
    [PT_CMD_START] = {
        .info = {
            .name = "start",
            .does = "start streams",
            .flags = PT_COMMAND_CHANGES | PT_COMMAND_STREAMS,
        },
        .run = command_run_start,
        .area = "streams",
    },
    [PT_CMD_STOP] = {
        .info = {
            .name = "stop",
            .does = "stop streams",
            .flags = PT_COMMAND_STREAMS,
        },
        .run = command_run_stop,
        .area = "streams",
    },
    [PT_CMD_RATE] = {
        .info = {
            .name = "rate",
            .does = "change the rate of streams",
            .flags = PT_COMMAND_CHANGES | PT_COMMAND_STREAMS | PT_COMMAND_RATE,
        },
        .run = command_run_rate,
        .area = "streams",
    },
    [PT_CMD_REFRESH] = {
        .info = {
            .name = "refresh",
            .does = "ask everything again",
        },
        .run = command_run_refresh,
    },

    [PT_CMD_TOPIC_CREATE] = {
        .info = {
            .name = "topics create",
            .does = "create a topic",
            .flags = CHANGES_TOPIC | PT_COMMAND_MAKES | PT_COMMAND_CONFIGS |
                     PT_COMMAND_OWN,
            .options = "partitions replication-factor config",
            .doing = "creating",
        },
        .run = command_run_admin,
        .work = command_create_topic,
        .plan = command_plan_create_topic,
        .area = "topics",
        .severity = PT_INFO,
        .done = command_topics_changed,
    },
    [PT_CMD_TOPIC_DELETE] = {
        .info = {
            .name = "topics delete",
            .does = "delete a topic",
            .flags = CHANGES_TOPIC | PT_COMMAND_DELETES,
            .asks = "delete it",
            .doing = "deleting",
        },
        .run = command_run_admin,
        .work = command_delete_topic,
        .plan = command_plan_delete_topic,
        .area = "topics",
        .severity = PT_NOTICE,
        .done = command_topics_changed,
    },
    [PT_CMD_TOPIC_ALTER] = {
        .info = {
            .name = "topics alter",
            .does = "change a topic",
            .flags = CHANGES_TOPIC | PT_COMMAND_CONFIGS | PT_COMMAND_SHOWN | PT_COMMAND_OWN,
            .answer = PT_ANSWER_LINES,
            .options = "partitions set unset",
            .asks = "change it",
            .title = "Change",
            .means = "Only this difference is sent. Type the topic's name to change it.",
            .doing = "changing",
            .planned = "sent",
        },
        .run = command_run_admin,
        .work = command_alter_topic,
        .plan = command_alter_topic,
        .area = "topics",
        .severity = PT_NOTICE,
        .done = command_topics_changed,
    },
    [PT_CMD_TOPIC_DESCRIBE] = {
        .info = {
            .name = "topics describe",
            .does = "describe a topic",
            .flags = PT_COMMAND_TOPIC,
            .answer = PT_ANSWER_TOPIC,
        },
        .run = command_run_admin,
        .work = command_describe_topic,
    },
    [PT_CMD_TOPIC_PEEK] = {
        .info = {
            .name = "topics peek",
            .does = "read records of a topic",
            .flags = PT_COMMAND_TOPIC,
            .answer = PT_ANSWER_RECORDS,
            .options = "count from",
        },
        .run = command_run_admin,
        .work = command_peek_topic,
    },
    [PT_CMD_TOPIC_GROUPS] = {
        .info = {
            .name = "topics groups",
            .does = "list the consumer groups of a topic",
            .flags = PT_COMMAND_TOPIC,
            .answer = PT_ANSWER_GROUPS,
        },
        .run = command_run_admin,
        .work = command_topic_groups,
    },
    [PT_CMD_TOPIC_PRODUCE] = {
        .info = {
            .name = "topics produce",
            .does = "produce one record by hand",
            .flags = PT_COMMAND_TOPIC | PT_COMMAND_CHANGES | PT_COMMAND_PLAN | PT_COMMAND_SHOWN |
                     PT_COMMAND_RECORD,
            .answer = PT_ANSWER_LINES,
            .options = "key header partition null file",
            .asks = "produce it",
            .title = "Produce a record into",
            .means = "It is sent once, with acks=all. It cannot be taken back: consumers and sinks "
                     "read it like every other record.",
            .doing = "producing",
            .planned = "produced",
        },
        .run = command_run_admin,
        .work = command_produce_record,
        .plan = command_produce_record,
        .area = "topics",
        .severity = PT_NOTICE,
        .done = command_topics_changed,
    },

    [PT_CMD_CONNECTOR_PROBE] = {
        .info = {
            .name = "connector diagnose --probe",
            .does = "write an object into a connector's store",
            .flags = BESIDE_CONNECTOR | PT_COMMAND_TOPICS | PT_COMMAND_TIDIES,
            .answer = PT_ANSWER_STEPS,
            .options = "wait",
            .asks = "have that written",
            .title = "Write into the store of",
            .means =
                "Each call is made once, with its answer and its time told; what is written is "
                "deleted again. The connector itself is not touched.",
            .doing = "writing, reading and deleting",
            .planned = "written",
        },
        .run = command_run_connector,
        .deed = &conn_deed_probe,
        .area = "sink",
        .severity = PT_NOTICE,
    },
    [PT_CMD_CONNECTOR_DESCRIBE] = {
        .info = {
            .name = "connector describe",
            .does = "describe a connector",
            .flags = OF_CONNECTOR,
            .answer = PT_ANSWER_SETTINGS,
        },
        .run = command_run_connector,
        .deed = &conn_deed_describe,
    },
    [PT_CMD_CONNECTOR_LOGS] = {
        .info = {
            .name = "connector logs",
            .does = "read a connector's log",
            .flags = OF_CONNECTOR,
            .answer = PT_ANSWER_LOG,
            .options = "minutes",
        },
        .run = command_run_connector,
        .deed = &conn_deed_logs,
    },
    [PT_CMD_CONNECTOR_RESTART] = {
        .info = {
            .name = "connector restart",
            .does = "restart a connector",
            .flags = CHANGES_CONNECTOR,
            .answer = PT_ANSWER_LINES,
            .options = "failed-only",
            .title = "Restart",
            .means = "All its tasks start again; records that are not committed are read again.",
            .doing = "restarting",
        },
        .run = command_run_connector,
        .deed = &conn_deed_restart,
        .area = "sink",
        .severity = PT_NOTICE,
    },
    [PT_CMD_CONNECTOR_PAUSE] = {
        .info = {
            .name = "connector pause",
            .does = "pause a connector",
            .flags = CHANGES_CONNECTOR,
            .answer = PT_ANSWER_LINES,
            .title = "Pause",
            .means = "Its tasks stop taking records; they wait in Kafka until it is resumed.",
            .doing = "pausing",
        },
        .run = command_run_connector,
        .deed = &conn_deed_pause,
        .area = "sink",
        .severity = PT_NOTICE,
    },
    [PT_CMD_CONNECTOR_RESUME] = {
        .info = {
            .name = "connector resume",
            .does = "resume a connector",
            .flags = CHANGES_CONNECTOR,
            .answer = PT_ANSWER_LINES,
            .title = "Resume",
            .means = "Its tasks go on where the group's offsets are.",
            .doing = "resuming",
        },
        .run = command_run_connector,
        .deed = &conn_deed_resume,
        .area = "sink",
        .severity = PT_NOTICE,
    },
    [PT_CMD_CONNECTOR_UPDATE] = {
        .info = {
            .name = "connector update",
            .does = "change a connector",
            .flags = CHANGES_CONNECTOR | PT_COMMAND_CONFIGS,
            .answer = PT_ANSWER_LINES,
            .title = "Change",
            .means = "The whole configuration is sent with this change; its tasks start again.",
            .doing = "changing",
            .planned = "sent",
        },
        .run = command_run_connector,
        .deed = &conn_deed_update,
        .area = "sink",
        .severity = PT_NOTICE,
    },
    [PT_CMD_CONNECTOR_CREATE] = {
        .info = {
            .name = "connector create",
            .does = "create a connector",
            .flags = CHANGES_CONNECTOR | PT_COMMAND_CONFIGS | PT_COMMAND_MAKES | PT_COMMAND_SHOWN,
            .answer = PT_ANSWER_LINES,
            .asks = "create it",
            .title = "Create",
            .means =
                "It costs from now on until it is deleted; worker logs cannot be added later. Type "
                "the connector's name to create it.",
            .doing = "creating",
            .planned = "sent",
        },
        .run = command_run_connector,
        .deed = &conn_deed_create,
        .area = "sink",
        .severity = PT_NOTICE,
    },
    [PT_CMD_CONNECTOR_ACKNOWLEDGE] = {
        .info = {
            .name = "connector acknowledge",
            .does = "acknowledge what a connector has lost",
            .flags = BESIDE_CONNECTOR | PT_COMMAND_LOSSES,
            .answer = PT_ANSWER_LINES,
            .options = "wait",
            .asks = "acknowledge that",
            .title = "Acknowledge the losses of",
            .means =
                "It is written down here who has seen this, and when. These losses stay among the "
                "witnesses and make no alarm any more; one that comes later does. Nothing is sent "
                "anywhere.",
            .doing = "writing it down",
            .planned = "acknowledged",
        },
        .run = command_run_connector,
        .deed = &conn_deed_acknowledge,
        .area = "sink",
        .severity = PT_NOTICE,
    },
    [PT_CMD_CONNECTOR_DELETE] = {
        .info = {
            .name = "connector delete",
            .does = "delete a connector",
            .flags = CHANGES_CONNECTOR | PT_COMMAND_DELETES,
            .answer = PT_ANSWER_LINES,
            .asks = "delete it",
            .title = "Delete",
            .means =
                "Nothing carries these records to the store any more. Its group's offsets stay in "
                "Kafka: one of the same name goes on from there.\n\nType its name to delete it.",
            .doing = "deleting",
        },
        .run = command_run_connector,
        .deed = &conn_deed_delete,
        .area = "sink",
        .severity = PT_NOTICE,
    },
    [PT_CMD_SETUP_CHECK] = {
        .info = {
            .name = "setup check",
            .does = "check the setup",
            .flags = PT_COMMAND_SETUP,
        },
        .run = command_run_doctor,
        .work = command_setup_check,
    },
    [PT_CMD_SETUP_FIX] = {
        .info = {
            .name = "setup fix",
            .does = "fix a step of the setup",
            .flags = PT_COMMAND_SETUP | PT_COMMAND_CHANGES | PT_COMMAND_PLAN | PT_COMMAND_CHECK |
                     PT_COMMAND_SHOWN,
            .answer = PT_ANSWER_LINES,
            .asks = "have that done",
            .title = "Fix",
            .means = "The checks are made again afterwards.",
            .doing = "fixing",
            .planned = "done",
        },
        .run = command_run_doctor,
        .work = command_setup_fix,
        .plan = command_setup_fix,
        .area = "setup",
        .severity = PT_NOTICE,
    },
    [PT_CMD_SETUP_CANCEL] = {
        .info = {
            .name = "setup cancel",
            .does = "stop the fix that runs",
        },
        .run = command_run_setup_cancel,
    },
};
/* clang-format on */

const struct command_table command_all = {rows, sizeof rows / sizeof *rows};

size_t pt_command_count(void)
{
    return command_all.n;
}

const struct pt_command_info *pt_command_info(int kind)
{
    const struct command_row *row = command_row(&command_all, kind);
    return row != NULL ? &row->info : NULL;
}

int pt_command_find(const char *name)
{
    for (size_t i = 0; i < command_all.n; i++)
        if (strcmp(rows[i].info.name, name) == 0)
            return (int)i;
    return -1;
}

pt_code pt_command_check(const struct pt_command *cmd, bool is_readonly, const char *prefix,
                         struct pt_error *err)
{
    return command_check(pt_command_info((int)cmd->kind), cmd, is_readonly, prefix, err);
}
