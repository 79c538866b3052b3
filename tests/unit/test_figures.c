/* The table of figures: every column of the tables on the screen is explained, and every row of the
 * table says what it has to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "ui/figures.h"

/* Is word one of the names of a figure, which stand there with commas between? */
static bool is_explained(const char *word)
{
    for (size_t i = 0; i < figures_count(); i++) {
        char names[128], *rest = names;
        snprintf(names, sizeof names, "%s", figures_at(i)->name);
        for (char *name; (name = strsep(&rest, ",")) != NULL;)
            if (strcmp(name + strspn(name, " "), word) == 0)
                return true;
    }
    return false;
}

/* What a row is, not what is counted. */
static bool is_a_name(const char *word)
{
    static const char *const names[] = {"TOPIC", "demo.", "STREAM", "PART", "CONNECTOR"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0)
            return true;
    return false;
}

/* The line of a screen as it is expected that begins with this word. */
static bool read_heads(const char *screen, const char *first, char *out, size_t cap)
{
    char path[128];
    snprintf(path, sizeof path, "tests/screens/expected/%s.txt", screen);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    bool is_found = false;
    while (!is_found && fgets(out, (int)cap, file) != NULL)
        is_found = strncmp(out + strspn(out, " "), first, strlen(first)) == 0;
    fclose(file);
    return is_found;
}

static void every_column_is_explained(void **state)
{
    (void)state;
    static const struct {
        const char *screen, *first;
    } tables[] = {
        {"flowing-200x60",    "TOPIC demo."},
        {"topics-120x40",     "TOPIC"      },
        {"partitions-80x24",  "PART "      },
        {"groups-80x24",      "GROUP"      },
        {"brokers-120x40",    "BROKER"     },
        {"connectors-120x40", "CONNECTOR"  },
        {"connector-120x40",  "WITNESS"    },
    };
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        char line[1024], *rest = line;
        assert_true(read_heads(tables[i].screen, tables[i].first, line, sizeof line));
        char *beside = strstr(line, "EVENTS"); /* the head of the panel that stands beside it */
        if (beside != NULL)
            *beside = '\0';
        for (char *word; (word = strsep(&rest, " \n")) != NULL;) {
            bool is_known = word[0] == '\0' || is_a_name(word) || is_explained(word);
            if (!is_known)
                fail_msg("%s: the column %s is not in ui/figures.c", tables[i].screen, word);
        }
    }
}

static void every_row_says_what_it_has_to(void **state)
{
    (void)state;
    assert_non_null(figures_at(0)->place);
    for (size_t i = 0; i < figures_count(); i++) {
        const struct figure *figure = figures_at(i);
        size_t len = strlen(figure->means);
        assert_true(figure->name[0] != '\0' && figure->source[0] != '\0' && figure->age[0] != '\0');
        assert_true(len > 0 && figure->means[len - 1] == '.');
        assert_true(isupper((unsigned char)figure->means[0]) ||
                    strncmp(figure->means, "ok;", 3) == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_column_is_explained),
        cmocka_unit_test(every_row_says_what_it_has_to),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
