#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#include "page/page.h"
#include "pintop/config.h"
#include "pintop/connector.h"
#include "pintop/error.h"
#include "ui/figures.h"
#include "ui/keys.h"

enum { WIDTH = 80, TERM_INDENT = 2, TEXT_INDENT = 6, ROW_TERM = 12 };

/* ---- layout ---- */

/* Columns of the first len bytes; every character of the help is one column wide. */
static size_t columns_of(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        n += ((unsigned char)text[i] & 0xc0) != 0x80;
    }
    return n;
}

static void print_wrapped(const char *text, size_t indent)
{
    size_t x = 0;
    while (*text) {
        size_t len = strcspn(text, " "), cols = columns_of(text, len);
        if (x > 0 && x + 1 + cols > WIDTH) {
            putchar('\n');
            x = 0;
        }
        x += (size_t)printf("%*s", x == 0 ? (int)indent : 1, "") + cols;
        fwrite(text, 1, len, stdout);
        text += len;
        text += strspn(text, " ");
    }
    putchar('\n');
}

void help_heading(const char *text)
{
    printf("\n%s:\n", text);
}

void help_paragraph(const char *text)
{
    print_wrapped(text, 0);
}

void help_item(const char *term, const char *text)
{
    printf("%*s%s\n", TERM_INDENT, "", term);
    print_wrapped(text, TEXT_INDENT);
}

void help_row(const char *term, const char *text)
{
    printf("%*s%-*s %s\n", TERM_INDENT, "", ROW_TERM, term, text);
}

/* ---- topics ---- */

static void print_properties(void)
{
    help_paragraph(
        "Properties are set in a context (-c), in files (-F), in the environment, and on "
        "the command line (-X). The later of these wins over the earlier ones. Any "
        "property of librdkafka can be set too, under its own name. A number may have a "
        "unit: 30s, 2GiB, 10k.");
    help_heading("Properties of pintop");
    for (size_t i = 0; i < pt_option_count(); i++) {
        struct pt_option option;
        char text[600];
        pt_option_at(i, &option);
        bool has_default = option.fallback && *option.fallback;
        snprintf(text, sizeof text, "%s Value: %s; %s%s%senvironment: %s.", option.help,
                 option.values, has_default ? "default: " : "", has_default ? option.fallback : "",
                 has_default ? "; " : "", option.environment);
        help_item(option.name, text);
    }
}

static void print_place(const struct page_place *place)
{
    struct key_here keys[KEYS_HERE_MAX];
    size_t n = keys_here(place->keys, keys);
    help_heading(place->name);
    for (size_t i = 0; i < n; i++) {
        /* Keys that do the same on every page are listed above. */
        const struct key_here *key = &keys[i];
        if (key->help && !(key->binding->is_everywhere && !strcmp(key->help, key->binding->help))) {
            help_row(key->binding->shown, key->help);
        }
    }
}

static void print_keys(void)
{
    struct key_here keys[KEYS_HERE_MAX];
    size_t n = keys_here(NULL, keys);
    char shown[32], names[300];
    pages_keys(&page_table, shown, sizeof shown);
    pages_names(&page_table, names, sizeof names);
    help_paragraph("The key ? shows the keys of the page that is open.");
    help_heading("Everywhere");
    for (size_t i = 0; i < n; i++) {
        bool is_pages = keys[i].binding->action == ACT_PAGE;
        if (keys[i].help) {
            help_row(is_pages ? shown : keys[i].binding->shown, is_pages ? names : keys[i].help);
        }
    }
    for (size_t i = 0; i < page_table.n; i++) {
        const struct page_place *place = page_table.rows[i].ops->places;
        for (; place && place->name; place++) {
            print_place(place);
        }
    }
}

static void print_screen(void)
{
    help_paragraph("Each figure of the screen: its unit, what it counts, its source, and how old "
                   "it can be. A dash means unknown; it never means 0. Times with a Z are UTC."
                   " After t those of the screen are local and have no Z.");
    for (size_t i = 0; i < figures_count(); i++) {
        const struct figure *figure = figures_at(i);
        char text[1000], unit[64];
        if (figure->place) {
            help_heading(figure->place);
        }
        snprintf(unit, sizeof unit, figure->unit[0] ? "Unit: %s. " : "%s", figure->unit);
        snprintf(text, sizeof text, "%s %sSource: %s. Age: %s.", figure->means, unit,
                 figure->source, figure->age);
        help_item(figure->name, text);
    }
}

/* In the order of enum pt_verdict. */
static const char *const verdicts[] = {
    [PT_V_UNKNOWN] =
        "A fact that the verdict needs is missing, denied, too old, or worded in a way that pintop "
        "does not know. The verdict gives the reason. UNKNOWN proves nothing, so it is not OK.",
    [PT_V_OK] = "Fresh answers from every hop show that records flow, or that nothing is held up.",
    [PT_V_IDLE] = "As OK, and nothing has come in for 5 minutes.",
    [PT_V_TRANSITION] =
        "A start, a change or a rebalance is in progress, and has not taken longer than normal.",
    [PT_V_PAUSED] = "Somebody has paused or stopped the connector.",
    [PT_V_DEGRADED] = "Part of the work is not done, or records were lost: for example, some tasks "
                      "failed, a change failed, the sink falls behind, or a broker is down.",
    [PT_V_STALLED] = "Records wait and none is committed, although nothing reports a failure.",
    [PT_V_FAILED] =
        "A hop does not work at all and will not continue without help: all tasks failed, "
        "the login is refused, no broker answers.",
};

static const struct {
    const char *name, *says;
} witnesses[] = {
    {"API state",      "The state that Kafka Connect or MSK Connect reports. RUNNING describes the "
                  "workers; the tasks may have failed all the same."                   },
    {"tasks",          "How many tasks run and how many failed: from Kafka Connect, or from CloudWatch."},
    {"settings",       "Shown when settings contradict each other or the cluster, or cannot be read."   },
    {"last change",    "The last operation on the connector and how it ended (MSK Connect)."            },
    {"group lag",
     "How many records the consumer group has not committed, whether that grows, and whether any "
     "is committed at all."                                                                             },
    {"group members",  "Whether the consumer group has members, and which partitions they hold."        },
    {"other workers",  "Whether the other workers of the Connect cluster answer."                       },
    {"offsets topic",  "Whether the topic that keeps committed offsets accepts writes."                 },
    {"newest object",  "The newest object in the object store, and when it was written."                },
    {"role, settings",
     "Whether the IAM role trusts MSK Connect, and the settings fit what is there (MSK Connect)."       },
    {"worker log",     "The last error in the worker log that a rule of pintop knows."                  },
    {"write probe",    "The result of a test write to the object store, which W or --probe starts."     },
    {"records lost",   "Records that will never be in the store, and how that was found."               },
    {"other sinks",
     "Shown when another connector reads the same topics or writes to the same place."                  },
};

static void print_verdicts(void)
{
    help_paragraph("A verdict is given on each connector, and on the pipeline as a whole. It joins "
                   "the evidence of several witnesses, each with its age. It starts as UNKNOWN; OK "
                   "has to be proven.");
    help_heading("Verdicts");
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        help_item(pt_verdict_word((enum pt_verdict)i), verdicts[i]);
    }
    help_heading("Witnesses");
    for (size_t i = 0; i < sizeof witnesses / sizeof *witnesses; i++) {
        help_item(witnesses[i].name, witnesses[i].says);
    }
}

/* Prints an exit status, and the JSON words of the errors that give it. */
static void print_status(int status, const char *means)
{
    static const pt_code codes[] = {
#define PT_CODE_ITEM(code, word, exit) code,
        PT_CODES(PT_CODE_ITEM)
#undef PT_CODE_ITEM
    };
    char term[16], text[600];
    size_t len = (size_t)snprintf(text, sizeof text, "%s", means), n = 0;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        if (pt_code_exit(codes[i]) == status && codes[i] != PT_OK) {
            len += (size_t)snprintf(text + len, sizeof text - len, "%s%s",
                                    n++ == 0 ? " In JSON: " : ", ", pt_code_word(codes[i]));
        }
    }
    snprintf(text + len, sizeof text - len, "%s", n > 0 ? "." : "");
    snprintf(term, sizeof term, "%d", status);
    help_item(term, text);
}

static void print_exit(void)
{
    help_heading("Exit status");
    print_status(0, "It was done.");
    print_status(1, "It failed, or it left records unresolved.");
    print_status(2, "The usage or the configuration is wrong, or --readonly forbids the change.");
    print_status(3, "A check failed, something is missing or unhealthy, or its health is unknown.");
}

static void print_completion(void)
{
    completion_print(help_at(0), help_count());
}

static void print_completion_zsh(void)
{
    completion_print_zsh(help_at(0), help_count());
}

static void print_completion_fish(void)
{
    completion_print_fish(help_at(0), help_count());
}

static const struct help_topic topics[] = {
    {"properties",      "every property: what it means, its values, its default", print_properties     },
    {"screen",          "every figure of the screen: unit, source and age",       print_screen         },
    {"keys",            "every key of the dashboard",                             print_keys           },
    {"verdicts",        "the words of a verdict, and the witnesses behind it",    print_verdicts       },
    {"exit",            "what the exit statuses mean",                            print_exit           },
    {"completion",      "a script that lets bash complete commands and options",  print_completion     },
    {"completion-zsh",  "the same for zsh",                                       print_completion_zsh },
    {"completion-fish", "the same for fish",                                      print_completion_fish},
};

size_t help_count(void)
{
    return sizeof topics / sizeof *topics;
}

const struct help_topic *help_at(size_t i)
{
    return &topics[i];
}

const struct help_topic *help_find(const char *name)
{
    for (size_t i = 0; i < help_count(); i++) {
        if (!strcmp(topics[i].name, name)) {
            return &topics[i];
        }
    }
    return NULL;
}
