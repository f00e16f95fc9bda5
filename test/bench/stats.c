// SPDX-License-Identifier: GPL-2.0-only
/*
 * Medians, quartiles and the clock.
 *
 * Medians, because a busy machine makes a few batches very long. Ratios pair by pair, because
 * it makes neighbours longer alike.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bench.h"

double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double quantile(double *v, unsigned int n, double q)
{
	double at = q * (n - 1);
	unsigned int i = at;

	if (!n)
		return -1;
	qsort(v, n, sizeof(*v), compare);
	return i + 1 < n ? v[i] + (at - i) * (v[i + 1] - v[i]) : v[n - 1];
}

void samples_init(struct samples *s)
{
	s->base = calloc(3 * MAX_PAIRS, sizeof(double));
	if (!s->base) {
		perror("bench");
		exit(1);
	}
	s->ours = s->base + MAX_PAIRS;
	s->ratio = s->ours + MAX_PAIRS;
	s->nr = 0;
}

void samples_free(struct samples *s)
{
	free(s->base);
}

void samples_add(struct samples *s, double base, double ours)
{
	if (s->nr == MAX_PAIRS)
		return;
	s->base[s->nr] = base;
	s->ours[s->nr] = ours;
	s->ratio[s->nr] = base > 0 ? ours / base : -1;
	s->nr++;
}

struct summary samples_summary(struct samples *s)
{
	return (struct summary){
		.base	= quantile(s->base, s->nr, 0.5),
		.ours	= quantile(s->ours, s->nr, 0.5),
		.ratio	= quantile(s->ratio, s->nr, 0.5),
		.low	= quantile(s->ratio, s->nr, 0.25),
		.high	= quantile(s->ratio, s->nr, 0.75),
		.pairs	= s->nr,
	};
}
