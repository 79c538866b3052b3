/* What the actions of `pintop topics` share. */
#ifndef CLI_TOPICS_H
#define CLI_TOPICS_H

#include "cli/action.h"
#include "cli/print.h"
#include "cli/topics_produce.h"
#include "pintop/snapshot.h"

enum {
    TOPICS_CONFIGS_MAX = 64,
    TOPICS_UNSET_MAX = 4096,
    TOPICS_NAMED_MAX = 64,
    TOPICS_WORDS_MAX = 256
};

struct topics_args {
    struct cli_action row;
    char **names; /* argv's */
    size_t n_names;
    int64_t partitions, replication; /* -1: the broker's default */
    int64_t count;
    struct pt_command place;     /* peek: where the records begin */
    struct topics_record record; /* produce */
    const char *configs[TOPICS_CONFIGS_MAX];
    size_t n_configs;
    char unset[TOPICS_UNSET_MAX]; /* the texts "KEY=" of --unset */
    size_t unset_len;
    char seen[20]; /* of the plan that was shown; "" none was */
    /* The options of kafka-topics.sh that were given: --create, --topic NAME. */
    const char *habit, *topics[TOPICS_NAMED_MAX];
    size_t n_topics;
    char *words[TOPICS_WORDS_MAX];
};

extern const struct cli_group topics_group;

/* The command of an action on one topic. */
struct pt_command topics_command(const struct cli *cli, const struct topics_args *a,
                                 const char *topic);
/* Carries out an action that changes topics, on each name, and prints what came of it
 * (topics_change.c). Returns the exit status. */
int topics_change(struct cli *cli, struct topics_args *a, const struct pt_snapshot *known);

/* Submits a command and waits for the answer. *snap holds *result and is released by the caller;
 * NULL after an error. The error of a result that failed is returned. */
pt_code topics_ask(struct cli *cli, const struct pt_command *cmd, const struct pt_snapshot **snap,
                   const struct pt_result **result, struct pt_error *err);

/* The `print` of struct cli_reading for the list (topics_print.c). */
int topics_print_list(const struct cli *cli, const void *args, const struct pt_snapshot *snap);
/* Says on standard error that AWS told the topics, if it did. */
void topics_say_away(const struct pt_snapshot *snap);
/* Says what deleting the topic loses, and asks the user to type its name, if the action must ask.
 * Errors PT_ECANCELLED. */
pt_code topics_confirm(const struct cli *cli, const struct topics_args *a,
                       const struct pt_snapshot *snap, const char *name, struct pt_error *err);

#endif
