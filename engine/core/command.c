/* Finding a command's row, and the guards that follow from it. */
#include "core/command.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kafka/topic_name.h"
#include "pintop/config.h"
#include "pintop/draft.h"

enum { COMMAND_PARTITIONS_MAX = 100000 };

const struct command_row *command_row(const struct command_table *table, int kind)
{
    return kind >= 0 && (size_t)kind < table->n ? &table->rows[kind] : NULL;
}

static bool command_is_named(const char *name)
{
    return name != NULL && name[0] != '\0';
}

/* Kafka's internal topics hold the committed offsets of all consumer groups, and transactions. */
static pt_code check_topic(const struct pt_command_info *info, const struct pt_command *cmd,
                           const char *prefix, struct pt_error *err)
{
    const char *topic = cmd->topic != NULL ? cmd->topic : "";
    if (pt_command_is(info, PT_COMMAND_DELETES) && strncmp(topic, "__", 2) == 0)
        return pt_error_set(err, PT_ENAME,
                            "Leave it where it is; Kafka's own tools delete it if it must go.",
                            "delete topic %s: refused, it is Kafka's own: with "
                            "__consumer_offsets the positions of all consumer groups are gone, "
                            "with __transaction_state all open transactions",
                            topic);
    if (pt_command_is(info, PT_COMMAND_CHANGES) && !pt_command_is(info, PT_COMMAND_MAKES) &&
        cmd->partitions > 0 && strncmp(topic, "__", 2) == 0)
        return pt_error_set(err, PT_ENAME, "Leave its partitions as they are.",
                            "change topic %s: refused, it is Kafka's own: with more partitions "
                            "consumer groups and transactions are looked up in other ones, and "
                            "their state is gone",
                            topic);
    /* Kafka's rule for names holds for every topic, the configured prefix only for a new one. */
    return topic_name_check(topic, pt_command_is(info, PT_COMMAND_MAKES) ? prefix : "", err);
}

/* A connector's value may have several lines, as a certificate has. What tells a topic's settings
 * is a list of lines at some services: a line break in a value would begin another setting. */
static bool command_value_has_control(const char *value, bool may_have_lines)
{
    for (; *value != '\0'; value++) {
        unsigned char c = (unsigned char)*value;
        bool is_line = may_have_lines && (c == '\n' || c == '\r' || c == '\t');
        if ((c < 0x20 || c == 0x7f) && !is_line)
            return true;
    }
    return false;
}

/* The name of a setting contains no blanks, and a connector's own name cannot be changed. */
static pt_code check_setting(const struct pt_command_info *info, const char *setting, size_t len,
                             struct pt_error *err)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)setting[i] <= ' ' || setting[i] == 0x7f)
            return pt_error_set(err, PT_EUSAGE, "Write KEY=VALUE without blanks around KEY.",
                                "%s: the key of '%s' has a blank in it", info->name, setting);
    if (command_value_has_control(setting + len, pt_command_is(info, PT_COMMAND_CONNECTOR)))
        return pt_error_set(err, PT_EUSAGE,
                            "Give each setting separately, with a value in one line.",
                            "%s: the value of %.*s has a line break or another control character "
                            "in it; nothing was sent",
                            info->name, (int)len, setting);
    if (pt_command_is(info, PT_COMMAND_CONNECTOR) && !pt_command_is(info, PT_COMMAND_MAKES) &&
        len == 4 && strncmp(setting, "name", len) == 0)
        return pt_error_set(err, PT_EUSAGE,
                            "Create one of the new name, then delete this one; its group is "
                            "another one then.",
                            "%s: a connector's name cannot be changed", info->name);
    return PT_OK;
}

static pt_code check_configs(const struct pt_command_info *info, const struct pt_command *cmd,
                             struct pt_error *err)
{
    if (cmd->n_configs > 0 && !pt_command_is(info, PT_COMMAND_CONFIGS))
        return pt_error_set(err, PT_EUSAGE, "Leave the settings out.", "%s: it takes no settings",
                            info->name);
    for (size_t i = 0; i < cmd->n_configs; i++) {
        const char *eq = strchr(cmd->configs[i], '=');
        if (eq == NULL || eq == cmd->configs[i])
            return pt_error_set(err, PT_EUSAGE, "Write KEY=VALUE; KEY= takes the key out.",
                                "%s: '%s' is not KEY=VALUE", info->name, cmd->configs[i]);
        size_t len = (size_t)(eq - cmd->configs[i]) + 1;
        pt_code code = check_setting(info, cmd->configs[i], len - 1, err);
        if (code != PT_OK)
            return code;
        for (size_t k = 0; k < i; k++)
            if (strncmp(cmd->configs[k], cmd->configs[i], len) == 0)
                return pt_error_set(err, PT_EUSAGE, "Give it once.", "%s: %.*s is given twice",
                                    info->name, (int)len - 1, cmd->configs[i]);
    }
    return PT_OK;
}

/* The record that is to be produced. */
static pt_code check_record(const struct pt_command_info *info, const struct pt_command *cmd,
                            struct pt_error *err)
{
    struct pt_draft *draft = NULL;
    if (!pt_command_is(info, PT_COMMAND_RECORD))
        return PT_OK;
    if (cmd->topic != NULL && strncmp(cmd->topic, "__", 2) == 0)
        return pt_error_set(err, PT_ENAME, "Leave it to Kafka.",
                            "produce into topic %s: refused, it is Kafka's own, and a record that "
                            "Kafka did not write may stop consumer groups and transactions",
                            cmd->topic);
    if (cmd->record == NULL)
        return pt_error_set(err, PT_EUSAGE, NULL, "%s: the record is missing", info->name);
    pt_code code = pt_draft_read(cmd->record, strlen(cmd->record), &draft, NULL, err);
    pt_draft_free(draft);
    return code;
}

/* What is to become of a topic. */
static pt_code check_alter(const struct pt_command_info *info, const struct pt_command *cmd,
                           struct pt_error *err)
{
    if (!pt_command_is(info, PT_COMMAND_TOPIC | PT_COMMAND_CONFIGS))
        return PT_OK;
    if (cmd->partitions > COMMAND_PARTITIONS_MAX)
        return pt_error_set(err, PT_EUSAGE, "Give fewer.", "%s: %d partitions are more than %d",
                            info->name, (int)cmd->partitions, COMMAND_PARTITIONS_MAX);
    if (pt_command_is(info, PT_COMMAND_MAKES) || cmd->partitions > 0 || cmd->n_configs > 0)
        return PT_OK;
    return pt_error_set(err, PT_EUSAGE, "Give a number of partitions, or a setting as KEY=VALUE.",
                        "%s: it is not said what is to be changed", info->name);
}

static pt_code check_streams(const struct pt_command_info *info, const struct pt_command *cmd,
                             struct pt_error *err)
{
    if (cmd->streams == 0 || (cmd->streams & ~(unsigned)PT_STREAM_ALL) != 0)
        return pt_error_set(err, PT_EUSAGE, "Name pin, geo or user.",
                            "%s: it names no stream that there is", info->name);
    double rate = cmd->rate_per_s;
    bool is_rate = rate == PT_RATE_ORIGINAL || (isfinite(rate) && rate > 0 && rate <= PT_RATE_MAX);
    if (pt_command_is(info, PT_COMMAND_RATE) && !is_rate)
        return pt_error_set(err, PT_EUSAGE, "Give records per second above 0, max or original.",
                            "%s: that is not a rate", info->name);
    return PT_OK;
}

pt_code command_check(const struct pt_command_info *info, const struct pt_command *cmd,
                      bool is_readonly, const char *prefix, struct pt_error *err)
{
    if (info == NULL)
        return pt_error_set(err, PT_EUSAGE, NULL, "command %d: there is no such command",
                            (int)cmd->kind);
    if (cmd->is_plan && !pt_command_is(info, PT_COMMAND_PLAN))
        return pt_error_set(err, PT_EUSAGE, "Leave the dry run out.",
                            "%s: there is no dry run of it; nothing was done", info->name);
    if (is_readonly && pt_command_is(info, PT_COMMAND_CHANGES) && !cmd->is_plan)
        return pt_error_set(err, PT_EREADONLY,
                            "Start pintop without --readonly, and with pintop.readonly=off.",
                            "%s: refused, this pintop is read-only", info->does);
    if (pt_command_is(info, PT_COMMAND_CONNECTOR) && !pt_command_is(info, PT_COMMAND_MAKES) &&
        !command_is_named(cmd->connector))
        return pt_error_set(err, PT_EUSAGE, "`pintop connector list` shows their names.",
                            "%s: a connector's name is missing", info->name);
    if (pt_command_is(info, PT_COMMAND_CHECK) && !command_is_named(cmd->check))
        return pt_error_set(err, PT_EUSAGE, "`pintop doctor` shows them.",
                            "%s: a check's ID is missing", info->name);
    pt_code code = pt_command_is(info, PT_COMMAND_STREAMS) ? check_streams(info, cmd, err) : PT_OK;
    if (code == PT_OK)
        code = check_configs(info, cmd, err);
    if (code == PT_OK)
        code = check_alter(info, cmd, err);
    if (code == PT_OK)
        code = check_record(info, cmd, err);
    if (code == PT_OK && pt_command_is(info, PT_COMMAND_TOPIC))
        code = check_topic(info, cmd, prefix, err);
    return code;
}

static size_t text_size(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

struct pt_command *command_copy(const struct pt_command *cmd)
{
    size_t size = sizeof *cmd + cmd->n_configs * sizeof *cmd->configs + text_size(cmd->topic) +
                  text_size(cmd->connector) + text_size(cmd->check) + text_size(cmd->seen) +
                  text_size(cmd->record);
    for (size_t i = 0; i < cmd->n_configs; i++)
        size += text_size(cmd->configs[i]);
    struct pt_command *copy = malloc(size);
    if (copy == NULL)
        return NULL;
    *copy = *cmd;
    const char **configs = (const char **)(void *)(copy + 1);
    char *text = (char *)(configs + cmd->n_configs);
    for (size_t i = 0; i < cmd->n_configs; i++) {
        configs[i] = memcpy(text, cmd->configs[i], text_size(cmd->configs[i]));
        text += text_size(cmd->configs[i]);
    }
    copy->configs = configs;
    if (cmd->topic)
        copy->topic = memcpy(text, cmd->topic, text_size(cmd->topic));
    text += text_size(cmd->topic);
    if (cmd->connector)
        copy->connector = memcpy(text, cmd->connector, text_size(cmd->connector));
    text += text_size(cmd->connector);
    if (cmd->check)
        copy->check = memcpy(text, cmd->check, text_size(cmd->check));
    text += text_size(cmd->check);
    if (cmd->seen)
        copy->seen = memcpy(text, cmd->seen, text_size(cmd->seen));
    text += text_size(cmd->seen);
    if (cmd->record)
        copy->record = memcpy(text, cmd->record, text_size(cmd->record));
    return copy;
}

enum { IN_TIME_MS = 10000 };

pt_code command_is_in_time(const char *does, int64_t asked_ms, int64_t now_ms, struct pt_error *err)
{
    if (now_ms - asked_ms <= IN_TIME_MS)
        return PT_OK;
    return pt_error_set(err, PT_ETIMEOUT, "Ask for it again, if it is still wanted.",
                        "%s: not done, because it was asked for %" PRId64
                        " s ago, when the engine did not answer",
                        does, (now_ms - asked_ms) / 1000);
}
