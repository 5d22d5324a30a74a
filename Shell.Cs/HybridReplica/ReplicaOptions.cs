using System.Net;
using HybridReplica.Core;

namespace HybridReplica;

/// <summary>What a replica is told before it joins a master.</summary>
/// <remarks>
/// Options are read each time a call of <see cref="ReplicaClient"/> begins, and should not be changed while one
/// runs. Times are kept in whole seconds; parts of a second are rounded up.
/// </remarks>
public sealed class ReplicaOptions
{
    /// <summary>
    /// Where the master is: <c>redis://[user[:password]@]host[:port]</c>, <c>rediss://…</c> for TLS, or
    /// <c>unix:///path/to/socket</c>. User and password are percent-decoded. Default:
    /// <c>redis://127.0.0.1:6379</c>.
    /// </summary>
    public Uri Master { get; set; } = new("redis://127.0.0.1:6379");

    /// <summary>The ACL user (Redis 6.0 and later). It takes the place of the one in <see cref="Master"/>.</summary>
    public string? User { get; set; }

    /// <summary>
    /// The password. It takes the place of the one in <see cref="Master"/>. Without a password nothing is sent to
    /// authenticate, even if there is a user (<c>masteruser</c> without <c>masterauth</c>).
    /// </summary>
    public Secret? Password { get; set; }

    /// <summary>
    /// How the handshake is spoken. Default: that of Redis 6.0, which all masters since 2.8 understand.
    /// </summary>
    public Dialect Dialect { get; set; } = Dialect.Redis6;

    /// <summary>The port this replica says it listens on. Default: 0, it listens on none.</summary>
    public int ListeningPort { get; set; }

    /// <summary>
    /// The port to name instead, where the replica is reached through another one (<c>replica-announce-port</c>).
    /// </summary>
    public int? AnnouncedPort { get; set; }

    /// <summary>
    /// The address to name, where the replica is reached through another one (<c>replica-announce-ip</c>).
    /// </summary>
    public string? AnnouncedAddress { get; set; }

    /// <summary>
    /// The version to pass for, as <c>9.1.0</c> (<c>REPLCONF version</c>). Default: none, as Redis. A Valkey master
    /// of 9.1 or later wants to hear at least 9.0.0 before it sends what only its newest RDB can hold, such as fields
    /// of a hash that expire.
    /// </summary>
    public string? AnnouncedVersion { get; set; }

    /// <summary>
    /// The local address to connect from. Default: what the operating system chooses. Unix sockets have none.
    /// </summary>
    public IPAddress? BindAddress { get; set; }

    /// <summary>
    /// Whether to ask the master not to queue its stream for us (<c>REPLCONF rdb-only 1</c>, Redis 6.2 and later).
    /// Not for following.
    /// </summary>
    public bool RdbOnly { get; set; }

    /// <summary>
    /// The time without a sign of life after which a master is given up (<c>repl-timeout</c>). Default: 60 seconds.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(Limits.Timeout);

    /// <summary>
    /// The time a reply may take from its first byte to its line end, and a request until it is sent
    /// (<c>repl-syncio-timeout</c>). Default: 5 seconds.
    /// </summary>
    public TimeSpan ReplyTimeout { get; set; } = TimeSpan.FromSeconds(Limits.ReplyTimeout);

    /// <summary>The time from connecting to the promise of a snapshot. Default: 1 hour.</summary>
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(Limits.HandshakeTimeout);

    /// <summary>
    /// The time from the promise of a snapshot to its announcement. Default: none, as long as the master gives
    /// signs of life.
    /// </summary>
    public TimeSpan? PreparationTimeout { get; set; }

    /// <summary>Attempts in all, the first one included. Only what may pass is tried again. Default: 3.</summary>
    public int Attempts { get; set; } = 3;

    /// <summary>
    /// The longest the pause before the second attempt can be. Each further one may be twice as long. Default: 1
    /// second.
    /// </summary>
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest any pause between attempts can be. Default: 30 seconds.</summary>
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Where the jitter of the pauses starts: the same seed gives the same pauses. Default: a random one.
    /// </summary>
    public long? JitterSeed { get; set; }

    /// <summary>
    /// Following: what to do about a position when a connection is made. Default: resume if the master can, and take a
    /// snapshot if it cannot.
    /// </summary>
    public ResumePolicy Resume { get; set; } = ResumePolicy.PartialOrFull;

    /// <summary>
    /// Following: most full resyncs in a <see cref="FullResyncPeriod"/>; one more ends it. Default: 5.
    /// </summary>
    public int FullResyncs { get; set; } = Following.Default.FullResyncs;

    /// <summary>Following: the period in which full resyncs are counted. Default: 1 hour.</summary>
    public TimeSpan FullResyncPeriod { get; set; } = TimeSpan.FromSeconds(Following.Default.Period);

    /// <summary>
    /// Following: whether to ask for an empty snapshot instead of the data set (<c>REPLCONF rdb-filter-only ""</c>,
    /// Redis 7.0 and later; older masters send everything). Default: no.
    /// </summary>
    public bool FromNow { get; set; }

    /// <summary>
    /// Following: the file in which each snapshot is kept, replaced only by a whole and checked one. Default: none;
    /// snapshots are checked, and not kept.
    /// </summary>
    public string? SnapshotPath { get; set; }

    /// <summary>
    /// Following: whether the entries of each snapshot are handed out as well (<see cref="SnapshotEntry"/>), while it
    /// is received. They wait for a slow consumer where the stream waits, so the spool should have room for a snapshot.
    /// Default: no.
    /// </summary>
    public bool Entries { get; set; }

    /// <summary>
    /// Following: entries of a snapshot whose values are larger than this, in bytes, are handed out in parts
    /// (<see cref="RdbEntry.Part"/>), as <see cref="RdbReaderOptions.EntryLimit"/> says. Default: 1 MiB.
    /// </summary>
    public int EntryLimit { get; set; } = 1 << 20;

    /// <summary>
    /// Following: commands larger than this, in bytes, are handed out in parts (<see cref="CommandPart"/>). Default: 1
    /// GiB, which is also the most it can be.
    /// </summary>
    public long LargeCommand { get; set; } = 1L << 30;

    /// <summary>
    /// Following: the folder of the file that takes what the master sends while the consumer is slower. Default: the
    /// folder for temporary files.
    /// </summary>
    public string? SpoolFolder { get; set; }

    /// <summary>
    /// Following: the most that file may hold, in bytes. When it is full, nothing is received until some of it has
    /// been handed out. Default: 4 GiB.
    /// </summary>
    public long SpoolSize { get; set; } = 4L << 30;

    /// <summary>
    /// How the master's certificate is verified and what is shown to it. Used with <c>rediss://</c> only.
    /// </summary>
    public TlsOptions Tls { get; set; } = new();

    /// <summary>Sees every step of the conversation, if set.</summary>
    public IReplicaObserver? Observer { get; set; }

    /// <summary>The clock. Default: that of the system.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>What the model is told.</summary>
    /// <exception cref="ArgumentException">
    /// The options cannot be used; the message says why, in whole sentences.
    /// </exception>
    internal Settings ToSettings(Destination destination) => SettingsOfOptions.ForSnapshot(this, destination);
}
