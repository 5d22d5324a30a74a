namespace HybridReplica.Core

open System
open System.Text

/// How the handshake is spoken.
[<RequireQualifiedAccess>]
type Dialect =
    /// `connectWithMaster` and `syncWithMaster` of Redis 6.0: RESP arrays, one request and one reply at a time,
    /// PSYNC, and SYNC where PSYNC is not understood.
    | Redis6
    /// `syncWithMaster` of 2.6.11 to 2.6.17: inline requests, an error answers PING only when it asks for a password,
    /// then SYNC.
    | Redis26
    /// `syncWithMaster` of 2.6.8 to 2.6.10: as `Redis26`, but any `+` or `-` line answers PING.
    | Redis26Lenient

    /// The name people type: `redis6`, `redis26` or `redis26-lenient`.
    member this.Name =
        match this with
        | Redis6 -> "redis6"
        | Redis26 -> "redis26"
        | Redis26Lenient -> "redis26-lenient"

    override this.ToString() = this.Name

    /// All dialects, the default first.
    static member All = [ Redis6; Redis26; Redis26Lenient ]

    /// Finds a dialect by its name.
    static member TryParse(name: string) : Dialect voption =
        match Dialect.All |> List.tryFind (fun dialect -> dialect.Name = name) with
        | Some dialect -> ValueSome dialect
        | None -> ValueNone

/// A password. It prints as three stars wherever it is printed; only the encoding of AUTH looks inside.
[<StructuredFormatDisplay("***")>]
type Secret =
    private
    | Secret of latin1: string

    override _.ToString() = "***"

    /// The password as it goes over the wire: one character for each byte.
    member internal this.Wire =
        let (Secret latin1) = this
        latin1

    /// Whether the password is empty.
    member this.IsEmpty = this.Wire.Length = 0

    /// A line without the password in it. Redis quotes the arguments of a command that it does not know, up to 128
    /// bytes of them (`processCommand`, 6.0.16), and so the beginning of a long password has to go too.
    member internal this.HideIn(line: string) : string =
        let password = this.Wire

        let quoted =
            seq { password.Length .. -1 .. min 8 password.Length }
            |> Seq.map (fun length -> password.Substring(0, length))
            |> Seq.tryFind (fun beginning -> line.Contains(beginning, StringComparison.Ordinal))

        match quoted with
        | Some beginning when beginning <> "" -> line.Replace(beginning, string this, StringComparison.Ordinal)
        | _ -> line

    /// A password given as text. It is sent as UTF-8.
    static member OfText(text: string) : Secret =
        Secret(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes text))

    /// A password given as bytes. It is sent as it is; masters since 6.2 take any bytes.
    static member OfBytes(bytes: ReadOnlySpan<byte>) : Secret = Secret(Encoding.Latin1.GetString bytes)

/// What AUTH sends. A user without a password is no credentials at all, as in Redis (`masteruser` without
/// `masterauth`).
type Credentials =
    {
        /// The ACL user, since Redis 6.0. None: the default user.
        User: string voption
        /// The password.
        Password: Secret
    }

/// Where a snapshot goes.
[<RequireQualifiedAccess>]
type Destination =
    /// To a temporary file that replaces the target once the snapshot is whole, checked and on disk.
    | File
    /// Straight to a pipe, as it comes. What a pipe has taken cannot be taken back, so nothing is tried again after
    /// that.
    | Pipe
    /// Nowhere: it is checked, and not kept.
    | Nowhere

/// When and how often what failed in passing is tried again.
type Retry =
    {
        /// Attempts in all, the first one included; at least 1.
        Attempts: int
        /// The longest the first pause can be, in seconds. Each further pause may be twice as long as the one before.
        FirstPause: int
        /// The longest any pause can be, in seconds.
        LongestPause: int
        /// Where the jitter of the pauses starts: the same seed gives the same pauses.
        Seed: uint64
    }

/// Everything a replica is told before it starts. All times are whole seconds.
type Settings =
    {
        /// How the handshake is spoken.
        Dialect: Dialect
        /// What to authenticate with, if anything.
        Credentials: Credentials voption
        /// The port this replica says it listens on. Zero: it listens on none.
        ListeningPort: int
        /// The port to name instead, where the replica is reached through another one (`replica-announce-port`).
        /// Redis6 only.
        AnnouncedPort: int voption
        /// The address to name, where the replica is reached through another one (`replica-announce-ip`). Redis6 only.
        AnnouncedAddress: string voption
        /// The version to pass for, as `9.1.0` (`REPLCONF version`, Valkey 8.0 and later). A Valkey master of 9.1 or
        /// later streams its newest RDB only to replicas that name 9.0.0 or later, and to others an old one that
        /// cannot hold all data (`replicaRdbVersion`, Valkey 9.1.0). Redis6 only.
        AnnouncedVersion: string voption
        /// Whether to ask the master not to queue its stream for us (`REPLCONF rdb-only 1`, since 6.2). Redis6 only.
        RdbOnly: bool
        /// Where to resume from, if a position is known. Redis6 only.
        Resume: Position voption
        /// Where the snapshot goes.
        Destination: Destination
        /// Seconds without a sign of life after which the master is given up (`repl-timeout`).
        Timeout: int
        /// Seconds a reply may take from its first byte to its line end (`repl-syncio-timeout`).
        ReplyTimeout: int
        /// Seconds from connecting to the promise of a snapshot, however patient the master's newlines ask us to be.
        HandshakeTimeout: int
        /// Seconds from the promise of a snapshot to its announcement. None: as long as the master gives signs of life.
        PreparationTimeout: int voption
        /// When to try again.
        Retry: Retry
        /// How to follow the master's stream. None: the session ends with the snapshot, or with `+CONTINUE`.
        Follow: Following voption
        /// How to archive what the master sends. None: it goes to whoever consumes the stream.
        Archive: ArchiveSettings voption
    }

    /// Whether the stream is followed with this policy.
    member internal this.Follows(policy: ResumePolicy) =
        this.Follow |> ValueOption.exists (fun following -> following.Policy = policy)

    /// Whether an empty snapshot is asked for.
    member internal this.IsFromNow =
        this.Follow |> ValueOption.exists (fun following -> following.FromNow)

    /// Whether the consumer of the stream wants the snapshot as well.
    member internal this.WantsSnapshot =
        this.Follow |> ValueOption.exists (fun following -> following.WantsSnapshot)

    /// Whether somebody consumes the stream, other than an archive.
    member internal this.HasConsumer = this.Follow.IsSome && this.Archive.IsNone

    /// The settings of a replica nobody has told anything.
    static member Default: Settings =
        {
            Dialect = Dialect.Redis6
            Credentials = ValueNone
            ListeningPort = 0
            AnnouncedPort = ValueNone
            AnnouncedAddress = ValueNone
            AnnouncedVersion = ValueNone
            RdbOnly = false
            Resume = ValueNone
            Destination = Destination.File
            Timeout = Limits.Timeout
            ReplyTimeout = Limits.ReplyTimeout
            HandshakeTimeout = Limits.HandshakeTimeout
            PreparationTimeout = ValueNone
            Retry =
                {
                    Attempts = 3
                    FirstPause = 1
                    LongestPause = 30
                    Seed = 0UL
                }
            Follow = ValueNone
            Archive = ValueNone
        }
