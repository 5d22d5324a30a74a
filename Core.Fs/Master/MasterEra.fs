namespace HybridReplica.Core

/// What distinguishes the masters of one time from those of another, as far as a replica can tell. Each is a row of
/// plain values, so that a test can change one of them. Errors are worded without their dash; `{user}`, `{command}` and
/// `{argument}` stand for what was sent.
type MasterEra =
    {
        /// The release the row was read from.
        Name: string
        /// Whether PSYNC is known (since 2.8).
        KnowsPsync: bool
        /// The options of REPLCONF that are known (`replconfCommand`).
        Options: string list
        /// Whether AUTH takes a user (since 6.0).
        KnowsUsers: bool
        /// Whether `+CONTINUE` names the history to replicas that announced psync2 (since 4.0).
        NamesHistory: bool
        /// Whether `+FULLRESYNC` is said only when the save starts (since 2.8.22), and not at once.
        AnswersWhenSaving: bool
        /// Whether PING is refused while snapshots cannot be saved (since 2.8).
        PingTellsOfDisk: bool
        /// Seconds between newlines to a replica whose snapshot is not ready (`replicationCron`).
        NewlinePeriod: int
        /// To whoever has not authenticated.
        AuthenticationNeeded: string
        /// To a wrong password.
        WrongPassword: string
        /// To a password where none is set.
        NoPasswordSet: string
        /// To a user who may not run the command (`ACLCheckCommandPerm`).
        CommandDenied: string
        /// To a command nobody knows.
        UnknownCommand: string
        /// What is said behind that about each argument.
        UnknownArgument: string
        /// To PSYNC and SYNC while the master has lost a master of its own.
        LinkLost: string
        /// Whether SELECT is typed into the stream as people do at telnet, and not sent as an array (until 2.6).
        TypesSelect: bool
        /// How PING is written in the stream (in lower case since 6.2).
        Ping: string
        /// Whether replicas are asked how much they applied (since 3.0).
        Asks: bool
        /// Whether ACK may be followed by what is on disk (`FACK`, since 7.2).
        TakesDurable: bool
        /// Whether a transaction of one command goes without MULTI and EXEC (`propagatePendingCommands`, since 7.0).
        UnwrapsOne: bool
        /// Whether MULTI selects no database, so that SELECT comes behind it (since 7.2).
        SelectsInside: bool
    }

    override this.ToString() = this.Name

/// The masters that are told apart, from the oldest to the newest. Each says only in what it differs from the one
/// before.
[<RequireQualifiedAccess>]
module MasterEra =

    let redis26 =
        {
            Name = "2.6.17"
            KnowsPsync = false
            Options = [ "listening-port" ]
            KnowsUsers = false
            NamesHistory = false
            AnswersWhenSaving = false
            PingTellsOfDisk = false
            NewlinePeriod = 10
            AuthenticationNeeded = "ERR operation not permitted"
            WrongPassword = "ERR invalid password"
            NoPasswordSet = "ERR Client sent AUTH, but no password is set"
            CommandDenied = "ERR operation not permitted"
            UnknownCommand = "ERR unknown command '{command}'"
            UnknownArgument = ""
            LinkLost = "ERR Can't SYNC while not connected with my master"
            TypesSelect = true
            Ping = "PING"
            Asks = false
            TakesDurable = false
            UnwrapsOne = false
            SelectsInside = false
        }

    let redis28 =
        { redis26 with
            Name = "2.8.24"
            KnowsPsync = true
            Options = redis26.Options @ [ "capa" ]
            AnswersWhenSaving = true
            PingTellsOfDisk = true
            NewlinePeriod = 1
            AuthenticationNeeded = "NOAUTH Authentication required."
            TypesSelect = false
        }

    let redis40 =
        { redis28 with
            Name = "4.0.14"
            Options = redis28.Options @ [ "ip-address" ]
            NamesHistory = true
            UnknownCommand = "ERR unknown command `{command}`, with args beginning with: "
            UnknownArgument = "`{argument}`, "
            LinkLost = "NOMASTERLINK Can't SYNC while not connected with my master"
            Asks = true
        }

    let redis60 =
        { redis40 with
            Name = "6.0.20"
            KnowsUsers = true
            WrongPassword = "WRONGPASS invalid username-password pair"
            NoPasswordSet =
                "ERR AUTH <password> called without any password configured for the default user. "
                + "Are you sure your configuration is correct?"
            CommandDenied = "NOPERM this user has no permissions to run the '{command}' command or its subcommand"
        }

    let redis70 =
        { redis60 with
            Name = "7.0.15"
            Options = redis60.Options @ [ "rdb-only"; "rdb-filter-only" ]
            WrongPassword = "WRONGPASS invalid username-password pair or user is disabled."
            CommandDenied = "NOPERM this user has no permissions to run the '{command}' command"
            UnknownCommand = "ERR unknown command '{command}', with args beginning with: "
            UnknownArgument = "'{argument}' "
            Ping = "ping"
            UnwrapsOne = true
        }

    let redis74 =
        { redis70 with
            Name = "7.4.1"
            CommandDenied = "NOPERM User {user} has no permissions to run the '{command}' command"
            TakesDurable = true
            SelectsInside = true
        }

    /// All of them, the oldest first.
    let all = [ redis26; redis28; redis40; redis60; redis70; redis74 ]
