namespace HybridReplica.Core

/// Somebody who may talk to a master. The user `default` is who everybody is before AUTH, if it has no password.
type MasterUser =
    {
        /// The name, one character for each byte.
        Name: string
        /// The password. None: none is asked for.
        Password: Secret voption
        /// The commands the user may run, in lower case. None: all of them.
        Commands: string list voption
    }

    /// The user everybody is who names no other.
    static member Default(password: Secret voption) : MasterUser =
        {
            Name = "default"
            Password = password
            Commands = ValueNone
        }

/// What keeps a master from serving, if anything does.
[<RequireQualifiedAccess>]
type MasterCondition =
    /// Nothing.
    | Ready
    /// It has as many clients as it may have.
    | Crowded
    /// It loads its data.
    | Loading
    /// It is a replica itself, and has lost its master.
    | LinkLost
    /// Its own snapshots fail.
    | DiskFailing
    /// It runs a script that does not end.
    | ScriptRunning
    /// It cannot start to save.
    | CannotSave

/// Everything a master is told before a replica comes. All times are whole seconds.
type MasterSettings =
    {
        /// The time it is from.
        Era: MasterEra
        /// Who may talk to it.
        Users: MasterUser list
        /// What keeps it from serving.
        Condition: MasterCondition
        /// What it has replicated when somebody connects.
        History: MasterHistory
        /// Whether it is a replica itself and passes on what its own master sends. Such a stream goes on behind a
        /// snapshot without a SELECT (`replicationFeedStreamFromMasterStream`, since 4.0).
        PassesOn: bool
        /// Whether snapshots go straight to the sockets of replicas that can tell their end (`repl-diskless-sync`).
        Diskless: bool
        /// Seconds until a save starts (`repl-diskless-sync-delay`, or the save of somebody else).
        Delay: int
        /// Seconds a save to disk takes.
        SaveTime: int
        /// Seconds without a sign of life after which a replica that used PSYNC is given up (`repl-timeout`).
        Timeout: int
    }

    /// A master without a password that saves at once, straight to the socket since 7.0.
    static member Of(era: MasterEra, history: MasterHistory) : MasterSettings =
        {
            Era = era
            Users = [ MasterUser.Default ValueNone ]
            Condition = MasterCondition.Ready
            History = history
            PassesOn = false
            Diskless = List.contains "rdb-only" era.Options
            Delay = 0
            SaveTime = 0
            Timeout = Limits.Timeout
        }
