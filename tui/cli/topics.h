/* What the actions of `pintop topics` share. */
#ifndef CLI_TOPICS_H
#define CLI_TOPICS_H

#include "cli/action.h"
#include "cli/print.h"
#include "pintop/snapshot.h"

enum { TOPICS_CONFIGS_MAX = 64, TOPICS_NAMED_MAX = 64, TOPICS_WORDS_MAX = 256 };

struct topics_args {
    const char *action;
    char **names; /* argv's */
    size_t n_names;
    int64_t partitions, replication; /* -1: the broker's own */
    int64_t count;
    const char *configs[TOPICS_CONFIGS_MAX];
    size_t n_configs;
    bool is_json;
    struct cli_given given;
    const struct cli_action *row;
    /* As kafka-topics.sh is told: --create, --topic NAME. */
    const char *habit, *topics[TOPICS_NAMED_MAX];
    size_t n_topics;
    char *words[TOPICS_WORDS_MAX];
};

/* The table of actions, ended by a NULL name. */
const struct cli_action *topics_actions(void);

/* What is known of a topic in this snapshot, or NULL. */
const struct pt_topic *topics_find(const struct pt_snapshot *snap, const char *name);

/* Submit and wait for the answer. *snap out: holds *result, release it; NULL after an error.
 * A result that failed is an error: its own. */
pt_code topics_ask(struct cli *cli, const struct pt_command *cmd, const struct pt_snapshot **snap,
                   const struct pt_result **result, struct pt_error *err);

/* What was read, printed. */
int topics_print_list(const struct topics_args *a, const struct pt_snapshot *snap);
int topics_print_described(const struct topics_args *a, const struct pt_topic *topic,
                           const struct pt_result *result);
int topics_print_peeked(const struct topics_args *a, const struct pt_result *result);

/* Say what deleting loses and have the name typed, unless --yes. Errors PT_ECANCELLED. */
pt_code topics_confirm_delete(const struct topics_args *a, const struct pt_snapshot *snap,
                              const char *name, struct pt_error *err);

#endif
