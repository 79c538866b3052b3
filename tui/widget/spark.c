#include "widget/spark.h"

#include <math.h>
#include <string.h>

#include "widget/chart.h"

float spark_most(const float *values, size_t n)
{
    float most = 0;
    for (size_t i = 0; i < n; i++)
        most = !isnan(values[i]) && values[i] > most ? values[i] : most;
    return most;
}

/* The highest bar leaves a gap to the row above, which may have such a chart, too. */
enum { SPARK_MOST = CHART_BARS - 3 };

/* In a comparison what is not known, and infinity of infinity, is false. */
static int spark_level(float value, float most)
{
    float share = most > 0 ? value / most : 0;
    if (share >= 1)
        return SPARK_MOST;
    return share > 0 ? (int)(share * SPARK_MOST + 0.5F) : 0;
}

void spark_text(const float *values, size_t n, float most, bool is_ascii, char *out, size_t cap)
{
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        const char *bar =
            isnan(values[i]) ? " " : chart_bar(spark_level(values[i], most), is_ascii);
        size_t size = strlen(bar);
        if (len + size >= cap)
            break;
        memcpy(out + len, bar, size);
        len += size;
    }
    if (cap > 0)
        out[len] = '\0';
}
