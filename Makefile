# SPDX-License-Identifier: GPL-2.0-only
#
# containerfs: the only Makefile.
#
#	make			configure and build; names the Debian packages that are missing
#	make deps		install the Debian packages that the build needs, as root
#	make demo		deps, build, mount /containers, show it at work
#	make check		deps, build, all tests that this machine can run; the parts alone:
#	  check-unit		  engine, shims and BPF programs, under ASan and UBSan
#	  check-oracle		  the conformance scripts on the kernel's own cgroup v1
#	  check-conformance	  the same scripts on containerfs (FUSE host)
#	  check-tools		  containerctl
#	  check-stress		  every executable in test/stress
#	  check-kbuild		  containerfs.ko made by Kbuild, without a warning
#	  check-module		  the scripts and stress on containerfs.ko, on the stock kernel
#				  of KDIR in a virtual machine
#	make check-qemu		all that runs there: also cgroup v1, and the FUSE host
#	make check-PART T='NAME...'	only these tests of unit, oracle, conformance, tools,
#				stress, module or qemu; check-unit T=engine CASE=clone only
#				one case of one program. A name may be a pattern of the shell;
#				one that no test has is answered with the list of names
#	make check-kernels	the guest's suites on the kernels of test/kernels/list: K='6.12 7.3'
#				chooses, RECORD=1 makes the table of test/KERNELS anew
#	make check-dkms		dkms(8) with the module in chroots of Debian 12 and 13
#	make check-module-debug	check-module on a kernel with KASAN, lockdep and kmemleak,
#				which is built first, in a quarter of an hour
#	make module		containerfs.ko for the kernel of KDIR, in build/module
#	make module-sample	the same with the sample subsystem of test/unit/sample, for tests
#	make module_install	into INSTALL_MOD_PATH (DESTDIR)
#	make dkms-tree		its sources as dkms wants them, in DESTDIR/usr/src
#	make bench		costs, as ratios against cgroup v1; RECORD=1 adds the table to
#				test/bench/RESULTS, BENCH='--only fork' passes options
#	make bench-module	the same for containerfs.ko, in a virtual machine
#	make install		into DESTDIR and prefix (/usr/local); mount helpers into
#				helperdir (/sbin), where mount(8) looks for them
#	make uninstall		remove what install put there
#	make clean		remove build/, the only place where anything is made
#	make help		this text
#
# Goals that install packages as root: deps, demo, bench, bench-module and all that begin
# with check. No other goal does. .ci/packages lists the packages.
#
# Variables for one run: V=1 shows commands, WERROR=1 stops at warnings, CC,
# CFLAGS, CLANG, KDIR and all others of build/config.mk. To keep a choice, run
# build/configure with options (see configure.ac).
#
# Three include worlds, no file in two:
#   engine	kernel/, userspace/shim/lib/, *_engine.c of unit tests: only the
#		shims' headers, no libc
#   shim	userspace/shim/: libc, and none of the shims' headers
#   libc	everything else: libc, libfuse3, libbpf, and none of the shims' headers
# Which engine and shim files there are, and the flags of the first two worlds,
# is said once, in kernel/sources.mk (shared with Kbuild) and
# userspace/shim/sources.mk. Objects lie under build/obj (plain), build/asan
# (sanitizers) and build/reach (to see what of the shims is reached), at the path of
# their source.

MAKEFLAGS	+= --no-builtin-rules --no-print-directory
SHELL		= /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.DEFAULT_GOAL	= all

B		= build
Q		= $(if $(V),,@)
say		= $(if $(V),,@printf '  %-8s %s\n' $(1) $(patsubst $(B)/%,%,$(2)))

goals		= $(or $(MAKECMDGOALS),all)

# The kinds of packages (.ci/packages) that a goal needs. Goals that are named here
# install them, first of all, because all else already uses them; with -n they are only
# named. For the other goals a missing package of the build is an error.
needs_deps		= build
needs_demo		= build demo
needs_check		= build check qemu
needs_check-unit	= build check
needs_check-oracle	= build check
needs_check-conformance	= build check
needs_check-tools	= build check
needs_check-stress	= build check
needs_check-kbuild	= build check
needs_check-module	= build qemu
needs_check-qemu	= build qemu
needs_check-module-debug = build qemu-debug
needs_check-kernels	= build qemu kernels
needs_check-dkms	= build kernels
needs_bench	= build bench
needs_bench-module	= build qemu
needed		:= $(sort $(foreach g,$(goals),$(needs_$(g))))
dry_run		:= $(findstring n,$(filter-out --%,$(firstword -$(MAKEFLAGS))))
ifneq ($(needed),)
ifneq ($(shell .ci/install $(if $(dry_run),--missing) $(needed) >&2 && echo all),all)
$(error packages are missing)
endif
endif

# Goals that need no configuration must not cause one.
ifneq ($(filter-out clean help deps,$(goals)),)
include $(B)/config.mk
-include kernel/sources.mk
-include userspace/shim/sources.mk
endif

.PHONY: deps
deps:
	@:

# --- configuration ---------------------------------------------------------

$(B)/packages.stamp: .ci/packages .ci/install
	$(Q).ci/install --missing build
	$(Q)mkdir -p $(@D) && touch $@

$(B)/configure: configure.ac $(B)/packages.stamp
	$(call say,AUTOCONF,$@)
	$(Q)cd $(B) && autoconf -o configure ../configure.ac && touch configure

$(B)/config.mk: $(B)/configure userspace/config.mk.in
	$(call say,CONF,$@)
	$(Q)cd $(B) && if [ -x config.status ]; then ./config.status -q --recheck && ./config.status -q; \
		else ./configure -q; fi
	$(Q)touch $@

# --- sources ---------------------------------------------------------------

engine_srcs	= $(addprefix kernel/,$(ENGINE_SRCS))
shim_srcs	= $(SHIM_ENGINE_SRCS) $(SHIM_SRCS)
daemon_srcs	= $(filter-out %.bpf.c,$(wildcard fs/fuse/*.c fs/fuse/*/*.c)) $(daemon_common)
# what the programs share, and what of it the daemon uses
common_srcs	= $(wildcard userspace/common/*.c)
daemon_common	= $(addprefix userspace/common/,cmdline.c endpoint.c mountinfo.c own_mount.c \
		  process.c unescape.c)
mount_srcs	= $(wildcard userspace/mount/*.c) $(common_srcs)
# containerctl is front.c and what that needs of the others; containerctl-full has all else
ctl_front	= userspace/containerctl/front.c
ctl_srcs	= $(filter-out $(ctl_front),$(wildcard userspace/containerctl/*.c)) $(common_srcs)
lib_srcs	= $(wildcard userspace/lib/*.c)
sysc_srcs	= $(wildcard test/conformance/sysc*.c)
bench_srcs	= $(wildcard test/bench/*.c)

skeleton	= $(patsubst %.bpf.c,$(B)/obj/%.skel.h,$(wildcard fs/fuse/bpf/*.bpf.c))
objects		= $(patsubst %.c,$(B)/$(1)/%.o,$(2))
core		= $(call objects,$(1),$(engine_srcs) $(shim_srcs))

programs	= $(if $(filter %/main.c,$(daemon_srcs)),$(B)/containerfsd) \
		  $(if $(mount_srcs),$(B)/mount.containerfs) $(B)/containerctl $(B)/containerctl-full

# Of the library: what programs are linked with, and the soname, which changes when they
# have to be linked anew.
lib_soname	= libcontainerfs.so.1
lib_name	= libcontainerfs.so.1.0
lib_map		= userspace/lib/libcontainerfs.map
libraries	= $(B)/libcontainerfs.a $(B)/$(lib_name)
helpers		= $(B)/sysc

# --- flags -----------------------------------------------------------------

warnings	= -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Wold-style-definition \
		  -Wvla -Werror=implicit-function-declaration -Wno-unused-parameter \
		  -Wno-missing-field-initializers -Wno-sign-compare $(if $(WERROR),-Werror)
hardening	= -fstack-protector-strong -fstack-clash-protection -fPIE
fortify		= $(if $(filter -O%,$(filter-out -O0,$(CFLAGS))),-D_FORTIFY_SOURCE=2)
sanitizers	= -fsanitize=address,undefined -fno-sanitize-recover=undefined \
		  -fno-omit-frame-pointer
thread_sanitizer = -fsanitize=thread
all_ldflags	= $(LDFLAGS) -pthread -rdynamic -pie -Wl,-z,relro,-z,now,--as-needed

WORLD		= -D_GNU_SOURCE= -DVERSION='"$(VERSION)"' $(LIBC_CPPFLAGS)
LIBC_CPPFLAGS	=
compile		= $(CC) -std=gnu11 $(WORLD) $(CPPFLAGS) $(CFLAGS) $(warnings) $(VARIANT) -MMD -MP

VARIANT		= $(hardening) $(fortify)
$(B)/asan/%.o: VARIANT = $(sanitizers)
$(B)/asan/tsan/%.o: VARIANT = $(thread_sanitizer)

# The static library's objects, too, may come to lie in somebody's shared library.
$(B)/obj/userspace/lib/%.o: VARIANT = $(filter-out -fPIE,$(hardening)) -fPIC -fvisibility=hidden $(fortify)

$(B)/reach/%.o: VARIANT = -O0 -ffunction-sections -fdata-sections

engine_world	= $(SHIM_ENGINE_CFLAGS) -I include -I kernel
each_variant	= $(foreach v,obj asan reach,$(B)/$(v)/$(1))
$(call each_variant,kernel/%.o): WORLD = $(engine_world)
$(call each_variant,userspace/shim/lib/%.o): WORLD = $(engine_world)
$(call each_variant,test/unit/%_engine.o): WORLD = $(engine_world)
$(call each_variant,userspace/shim/%.o): WORLD = $(SHIM_LIBC_CFLAGS)
$(B)/obj/fs/fuse/%.o $(B)/asan/fs/fuse/%.o: \
	LIBC_CPPFLAGS = -I include -I fs/fuse -I userspace -I $(B)/obj/fs/fuse/bpf \
	$(FUSE_CFLAGS) $(BPF_CFLAGS) $(CAPNG_CFLAGS)
$(B)/obj/userspace/common/%.o $(B)/asan/userspace/common/%.o: LIBC_CPPFLAGS = -I include $(MOUNT_CFLAGS)
$(B)/obj/userspace/lib/%.o $(B)/asan/userspace/lib/%.o $(B)/asan/tsan/userspace/lib/%.o: \
	LIBC_CPPFLAGS = -I include
$(B)/obj/userspace/mount/%.o: LIBC_CPPFLAGS = -I include -I userspace $(MOUNT_CFLAGS) \
	-DCONTAINERFSD_PATH='"$(sbindir)/containerfsd"'
$(B)/obj/userspace/containerctl/%.o: LIBC_CPPFLAGS = -I include -I userspace \
	$(SMARTCOLS_CFLAGS) $(MOUNT_CFLAGS) $(NCURSES_CFLAGS) -DPRIVATE_DIR='"$(privatedir)"' \
	-DHELPER_DIR='"$(helperdir)"'
$(B)/asan/test/unit/%.o: LIBC_CPPFLAGS = -I include -I kernel -I fs/fuse -I userspace -I userspace/shim \
	-I $(B)/obj/fs/fuse/bpf $(FUSE_CFLAGS) $(BPF_CFLAGS) $(shell $(PKG_CONFIG) --cflags check)

# --- programs --------------------------------------------------------------

.PHONY: all
all: $(programs) $(libraries) $(helpers)

$(B)/obj/%.o: %.c Makefile $(B)/config.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<

$(B)/asan/%.o: %.c Makefile $(B)/config.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<

$(B)/asan/tsan/%.o: %.c Makefile $(B)/config.mk
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<

link		= $(CC) $(CFLAGS) $(all_ldflags) -o $@ $(filter %.o,$^)

$(B)/containerfsd: $(call objects,obj,$(daemon_srcs)) $(call core,obj)
	$(call say,LINK,$@)
	$(Q)$(link) $(FUSE_LIBS) $(BPF_LIBS) $(CAPNG_LIBS)

# Made anew when its content would change: where mount.containerfs finds the daemon, and
# containerctl its other half.
paths		= $(sbindir)/containerfsd $(privatedir) $(helperdir)
$(B)/paths: FORCE
	$(Q)echo '$(paths)' | cmp -s - $@ || echo '$(paths)' > $@
$(call objects,obj,$(filter userspace/%,$(mount_srcs)) $(ctl_front)) \
	$(B)/obj/userspace/containerctl/home.o: $(B)/paths
.PHONY: FORCE
FORCE:

$(B)/mount.containerfs: $(call objects,obj,$(mount_srcs))
	$(call say,LINK,$@)
	$(Q)$(link) $(MOUNT_LIBS)
	$(Q)ln -sf mount.containerfs $(B)/umount.fuse.containerfs

$(B)/containerctl-full: $(call objects,obj,$(ctl_srcs) $(lib_srcs))
	$(call say,LINK,$@)
	$(Q)$(link) $(SMARTCOLS_LIBS) $(MOUNT_LIBS) $(NCURSES_LIBS)

# Static, so that a job starts as soon as without it. The linker takes from the archive
# what front.c needs, and no more.
$(B)/obj/containerctl.a: $(call objects,obj,$(filter-out userspace/containerctl/main.c,$(ctl_srcs)))
	$(Q)rm -f $@ && $(AR) rcs $@ $^
$(B)/containerctl: $(call objects,obj,$(ctl_front)) $(B)/obj/containerctl.a $(B)/libcontainerfs.a
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -Wl,--gc-sections -o $@ $^

$(B)/$(lib_name): $(call objects,obj,$(lib_srcs)) $(lib_map)
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -pthread -Wl,-z,relro,-z,now,-z,defs,--as-needed \
		-Wl,-soname,$(lib_soname),--version-script=$(lib_map) -o $@ $(filter %.o,$^)
	$(Q)ln -sf $(lib_name) $(B)/$(lib_soname) && ln -sf $(lib_soname) $(B)/libcontainerfs.so

$(B)/libcontainerfs.a: $(call objects,obj,$(lib_srcs))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Static, because it also runs in the test kernel's initramfs.
$(B)/sysc: $(call objects,obj,$(sysc_srcs))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -pthread -o $@ $(filter %.o,$^)

# --- the module ------------------------------------------------------------

# Kbuild writes beside its sources, so they are links in a folder of its own,
# laid out as fs/vfs/Kbuild says. A module that did not build is not left over.
MODULE_DIR	= $(B)/module
kernel_dir	= $(or $(KDIR),$(shell ls -d /usr/src/linux-headers-*-amd64 2>/dev/null | \
		  sort -V | tail -n 1))
kbuild		= $(MAKE) -C $(kernel_dir) M=$(CURDIR)/$(MODULE_DIR) $(if $(V),V=1)
# PLUGIN is a folder like test/unit/sample, whose subsystems the module gets, too.
PLUGIN		=
.PHONY: module module-sample module_install dkms-tree
module:
	$(Q)test -d "$(kernel_dir)" || { echo "no kernel headers: install linux-headers-amd64, or set KDIR" >&2; exit 1; }
	$(Q)mkdir -p $(MODULE_DIR)/kernel $(MODULE_DIR)/fs/vfs/probes && find $(MODULE_DIR) -xtype l -delete
	$(Q)ln -sfn ../../include $(MODULE_DIR)/include && ln -sf ../../fs/vfs/Kbuild $(MODULE_DIR)/
	$(Q)ln -sf $(patsubst %,../../../%,$(wildcard kernel/*.[ch] kernel/*.mk)) $(MODULE_DIR)/kernel/
	$(Q)ln -sf $(patsubst %,../../../../%,$(wildcard fs/vfs/*.[ch] fs/vfs/*.mk)) $(MODULE_DIR)/fs/vfs/
	$(Q)ln -sf $(patsubst %,../../../../../%,$(wildcard fs/vfs/probes/*.c)) $(MODULE_DIR)/fs/vfs/probes/
	$(if $(PLUGIN),$(Q)mkdir -p $(MODULE_DIR)/$(PLUGIN) && \
		ln -sf $(patsubst %,$(CURDIR)/%,$(wildcard $(PLUGIN)/*_engine.c) $(PLUGIN)/subsystems.h) $(MODULE_DIR)/$(PLUGIN)/)
	$(Q)$(kbuild) PLUGIN=$(PLUGIN) KCFLAGS=-Werror modules || { rm -f $(MODULE_DIR)/containerfs.ko; exit 1; }

# The module with the sample subsystem, for the tests.
module-sample:
	$(Q)$(MAKE) module MODULE_DIR=$(B)/module-sample PLUGIN=test/unit/sample
	$(Q)cp $(B)/module-sample/containerfs.ko $(B)/module-sample/containerfs-sample.ko

module_install: module
	$(Q)$(kbuild) INSTALL_MOD_PATH=$(or $(INSTALL_MOD_PATH),$(DESTDIR)) modules_install

dkms_dir	= $(DESTDIR)/usr/src/containerfs-$(VERSION)
dkms-tree:
	$(INSTALL) -d $(dkms_dir)/kernel $(dkms_dir)/fs/vfs/probes $(dkms_dir)/include/uapi
	$(INSTALL) -m 644 fs/vfs/Kbuild COPYING $(dkms_dir)/
	$(INSTALL) -m 644 kernel/*.[ch] kernel/sources.mk $(dkms_dir)/kernel/
	$(INSTALL) -m 644 fs/vfs/*.[ch] fs/vfs/sources.mk $(dkms_dir)/fs/vfs/
	$(INSTALL) -m 644 fs/vfs/probes/*.c $(dkms_dir)/fs/vfs/probes/
	$(INSTALL) -m 644 include/uapi/containerfs.h $(dkms_dir)/include/uapi/
	sed 's/@VERSION@/$(VERSION)/' fs/vfs/dkms.conf.in > $(dkms_dir)/dkms.conf

# --- BPF -------------------------------------------------------------------

$(B)/obj/%.bpf.o: %.bpf.c Makefile $(B)/config.mk
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -O2 -g -Wall $(if $(WERROR),-Werror) -target bpf -mcpu=v3 -D__TARGET_ARCH_$(BPF_ARCH) \
		-MMD -MP -I $(<D) -I include -c -o $@ $<
	$(Q)$(LLVM_STRIP) -g $@

$(B)/obj/%.skel.h: $(B)/obj/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $(notdir $*)_bpf > $@

# Before the first build no dependency file says which sources include a skeleton, so all
# that may do it wait for the skeletons.
loader_srcs	= $(filter fs/fuse/bpf/%,$(daemon_srcs))
$(call objects,obj,$(daemon_srcs)) $(call objects,asan,$(daemon_srcs)) \
	$(call objects,asan,$(filter-out %_engine.c,$(wildcard test/unit/*/*.c))): | $(skeleton)

# --- unit tests ------------------------------------------------------------

# A folder test/unit/NAME becomes build/asan/test-NAME. Its optional sources.mk
# may set, for NAME: UNIT_SRCS_NAME (more sources, from the top), UNIT_LIBS_NAME
# and UNIT_CORE_NAME (engine and shims by default; empty for neither). With a
# subsystems.h of its own, what includes that is compiled for it alone, with it in
# the place of kernel/subsystems.h, into build/asan/with-NAME. With its name in UNIT_TSAN
# the sanitizer is that of threads, and the objects are in build/asan/tsan.
units		= $(patsubst test/unit/%/,%,$(dir $(wildcard test/unit/*/*.c)))
unit_names	= $(sort $(units))
-include $(wildcard test/unit/*/sources.mk)

UNIT_SRCS_task_events ?= $(loader_srcs) fs/fuse/base/hash.c userspace/common/own_mount.c
UNIT_LIBS_task_events ?= $(BPF_LIBS)
UNIT_CORE_task_events ?=

of_engine	= kernel/% %_engine.c
unit_engine	= asan$(if $(wildcard test/unit/$(1)/subsystems.h),/with-$(1))
unit_libc	= asan$(if $(filter $(1),$(UNIT_TSAN)),/tsan)
unit_sanitizers	= $(if $(filter $(1),$(UNIT_TSAN)),$(thread_sanitizer),$(sanitizers))
unit_objects	= $(call objects,$(call unit_engine,$(1)),$(filter $(of_engine),$(2))) \
		  $(call objects,$(call unit_libc,$(1)),$(filter-out $(of_engine),$(2)))

define unit_program
$(eval UNIT_CORE_$(1) ?= $$(engine_srcs) $$(shim_srcs))
$(B)/asan/with-$(1)/%.o: WORLD = $$(SHIM_ENGINE_CFLAGS) -I include -I test/unit/$(1) -I kernel
$(B)/asan/with-$(1)/%.o: %.c Makefile $(B)/config.mk
	$$(call say,CC,$$@)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(compile) -c -o $$@ $$<
$(B)/asan/test-$(1): $$(call unit_objects,$(1),test/unit/cases.c $$(wildcard test/unit/$(1)/*.c) $$(UNIT_SRCS_$(1)) $$(UNIT_CORE_$(1)))
	$$(call say,LINK,$$@)
	$$(Q)$$(CC) $$(CFLAGS) $$(call unit_sanitizers,$(1)) $$(LDFLAGS) -pthread -rdynamic -o $$@ $$(filter %.o,$$^) \
		$$(UNIT_LIBS_$(1)) $$(shell $$(PKG_CONFIG) --libs check)
endef
unit_programs	= $(patsubst %,$(B)/asan/test-%,$(unit_names))
$(foreach n,$(unit_names),$(eval $(call unit_program,$(n))))

# That the shims have nothing that only their own test reaches; test-shim is not built
# without.
reach_srcs	= $(engine_srcs) $(shim_srcs) $(wildcard test/unit/engine/*_engine.c)
$(B)/reach/%.o: %.c Makefile $(B)/config.mk
	$(Q)mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<
	$(Q)$(filter-out -MMD -MP,$(compile)) -E -dU -o $(@:.o=.macros) $<
$(B)/shim.reached: userspace/shim/reached $(call objects,reach,$(reach_srcs)) \
		$(shell find userspace/shim/include -name '*.h')
	$(call say,REACHED,$@)
	$(Q)userspace/shim/reached $(B)/reach $(CC) $(SHIM_ENGINE_CFLAGS)
	$(Q)touch $@
$(B)/asan/test-shim: $(B)/shim.reached

# --- checking --------------------------------------------------------------

parts		= unit oracle conformance tools stress kbuild module
.PHONY: check $(patsubst %,check-%,$(parts)) check-qemu check-module-debug check-kernels check-dkms \
	bench bench-module demo

# programs of the stress tests, and what tests are helped by, that are in C, one a file
c_tests		= $(patsubst %.c,$(B)/obj/%,$(wildcard test/stress/*.c test/qemu/stress/*.c \
		  test/tools/*.c))
$(c_tests): %: %.o
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -pthread -o $@ $(filter %.o %.a,$^)
$(B)/obj/test/stress/fork_into: $(B)/libcontainerfs.a
$(B)/obj/test/stress/fork_into.o: LIBC_CPPFLAGS = -I include

# T and CASE count when they are given to make, not when the environment happens to
# have them. Of the unit tests only the programs that T names are built.
given		= $(if $(filter command,$(origin $(1))),$($(1)))
chosen		= $(if $(call given,T),-t '$(T)') $(if $(call given,CASE),-c '$(CASE)')
chosen_units	= $(if $(call given,T),$(filter $(patsubst test/unit/%/,$(B)/asan/test-%,\
		  $(dir $(wildcard $(T:%=test/unit/%/*.c)))),$(unit_programs)),$(unit_programs))
whole		= check check-kbuild check-kernels check-dkms check-module-debug
ifneq ($(call given,T)$(call given,CASE),)
ifneq ($(filter $(whole),$(goals)),)
$(error $(filter $(whole),$(goals)) knows no T= and CASE=, which choose tests of one part: see make help)
endif
endif

check: $(unit_programs) $(programs) $(libraries) $(helpers) $(c_tests)
	$(Q)test/run $(parts)
check-unit: $(chosen_units)
	$(Q)test/run $(chosen) unit
check-oracle: $(helpers)
	$(Q)test/run $(chosen) oracle
check-conformance check-tools check-stress: check-%: $(programs) $(libraries) $(helpers) $(c_tests)
	$(Q)test/run $(chosen) $*

check-kbuild: module module-sample

# In qemu, with nothing but our programs: the stock kernel that KDIR is of, or
# one that is made to look for faults.
check-module check-qemu: check-%: $(programs) $(helpers) $(c_tests) module module-sample
	$(Q)test/run $(chosen) $*
check-module-debug: $(programs) $(helpers) $(c_tests)
	$(Q)test/qemu/debug-kernel $(B)/qemu-debug
	$(Q)$(MAKE) module MODULE_DIR=$(B)/module-debug KDIR=$(CURDIR)/$(B)/qemu-debug/build
	$(Q)KERNEL=$(B)/qemu-debug MODULE=$(B)/module-debug/containerfs.ko MEMORY=2G \
		DURATION=120 TEST_TIMEOUT=600 GUEST_TIMEOUT=3600 test/qemu/run module stress

# The kernels of other Debian releases, and their compilers, in chroots.
check-kernels: $(programs) $(helpers) $(c_tests)
	$(Q)RECORD=$(RECORD) test/kernels/run $(K)
check-dkms:
	$(Q)test/kernels/dkms

# Static, like sysc, and also so that fork and exec have little else to do.
bench		= $(B)/obj/test/bench/bench
$(bench): $(call objects,obj,$(bench_srcs))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -pthread -o $@ $(filter %.o,$^)

bench: $(programs) $(bench)
	$(Q)$(bench) $(if $(RECORD),--record test/bench/RESULTS) $(BENCH)

# Two CPUs, because on one alone cgroup v1 need not wait for anybody.
bench-module: $(bench) module
	$(Q)CPUS=2 MEMORY=2G GUEST_TIMEOUT=1800 BENCH='$(BENCH)' test/qemu/run bench
	$(if $(RECORD),$(Q)cat $(B)/qemu/bench.record >> test/bench/RESULTS)

demo: all
	$(Q)userspace/demo/tour.sh

# --- installing ------------------------------------------------------------

# The manuals get the version at their feet. Which directories were not there before
# is noted in docdir, so that uninstall can remove them; with DESTDIR all were made.
D		= $(DESTDIR)
man_pages	= $(wildcard userspace/man/*.[1358])
pkgconfigdir	= $(libdir)/pkgconfig
install_dirs	= $(bindir) $(sbindir) $(helperdir) $(privatedir) $(includedir) $(includedir)/linux \
		  $(libdir) $(pkgconfigdir) $(docdir) $(addprefix $(mandir)/man,1 3 5 8)
install_libs	= $(addprefix $(libdir)/,$(notdir $(libraries)) $(lib_soname) libcontainerfs.so) \
		  $(pkgconfigdir)/libcontainerfs.pc $(addprefix $(includedir)/,containerfs.h linux/containerfs.h)
install_list	= $(D)$(docdir)/directories
.PHONY: install uninstall
install: $(programs) $(libraries)
	made=$$(LC_ALL=C $(INSTALL) -d -v $(addprefix $(D),$(install_dirs)) | \
		sed "s/^install: creating directory '\(.*\)'$$/\1/") && \
	if [ -z "$(D)" ] && [ -n "$$made" ]; then echo "$$made" >> $(install_list); fi
	$(INSTALL) -m 755 $(B)/containerctl $(D)$(bindir)/
	$(INSTALL) -m 755 $(B)/containerctl-full $(D)$(privatedir)/
	$(INSTALL) -m 755 $(B)/containerfsd $(D)$(sbindir)/
	$(INSTALL) -m 755 $(B)/mount.containerfs $(D)$(helperdir)/
	ln -sf mount.containerfs $(D)$(helperdir)/mount.fuse.containerfs
	ln -sf mount.containerfs $(D)$(helperdir)/umount.fuse.containerfs
	$(INSTALL) -m 644 include/containerfs.h $(D)$(includedir)/
	$(INSTALL) -m 644 include/uapi/containerfs.h $(D)$(includedir)/linux/
	$(INSTALL) -m 644 $(libraries) $(D)$(libdir)/
	ln -sf $(lib_name) $(D)$(libdir)/$(lib_soname)
	ln -sf $(lib_soname) $(D)$(libdir)/libcontainerfs.so
	sed 's,@prefix@,$(prefix),; s,@libdir@,$(libdir),; s,@includedir@,$(includedir),; s,@VERSION@,$(VERSION),' \
		userspace/lib/libcontainerfs.pc.in > $(D)$(pkgconfigdir)/libcontainerfs.pc
	chmod 644 $(D)$(pkgconfigdir)/libcontainerfs.pc
	$(INSTALL) -m 644 README COPYING COPYING.LIB $(D)$(docdir)/
	for p in $(man_pages); do to=$(D)$(mandir)/man$${p##*.}/$${p##*/}; rm -f $$to; \
		if [ -L $$p ]; then ln -s $$(readlink $$p) $$to; continue; fi; \
		sed 's/^\.Os containerfs$$/& $(VERSION)/' $$p > $$to && chmod 644 $$to || exit; done

uninstall:
	@[ -n "$(D)" ] || awk '$$3 ~ /^(fuse\.)?containerfs$$/ { print "warning: " $$2 " stays mounted" \
		(FILENAME ~ /fstab/ ? ", by a line of " FILENAME : ": umount it") }' \
		/proc/mounts /etc/fstab | sed '/fstab/s/stays/will be/' >&2
	@[ -n "$(D)" ] || [ ! -S /dev/containerfs/containerfsd ] || \
		echo "warning: containerfsd runs on until its last hierarchy ends" >&2
	rm -f $(D)$(bindir)/containerctl $(D)$(privatedir)/containerctl-full $(D)$(sbindir)/containerfsd \
		$(D)$(helperdir)/mount.containerfs $(D)$(helperdir)/mount.fuse.containerfs \
		$(D)$(helperdir)/umount.fuse.containerfs $(addprefix $(D),$(install_libs))
	for p in $(man_pages); do rm -f $(D)$(mandir)/man$${p##*.}/$${p##*/}; done
	made=$$(tac $(install_list) 2>/dev/null); \
	rm -f $(install_list) $(addprefix $(D)$(docdir)/,README COPYING COPYING.LIB); \
	for d in $$made; do [ ! -d $$d ] || rmdir --ignore-fail-on-non-empty $$d; done
	$(if $(D),cd $(D) && for d in $(patsubst /%,%,$(install_dirs)); do [ ! -d $$d ] || \
		rmdir -p --ignore-fail-on-non-empty $$d; done)

.PHONY: clean help
clean:
	rm -rf $(B)

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

-include $(shell find $(B)/obj $(B)/asan $(B)/reach -name '*.d' 2>/dev/null)
