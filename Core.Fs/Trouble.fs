namespace HybridReplica.Core

/// What can be wrong with TLS.
[<RequireQualifiedAccess>]
type TlsTrouble =
    /// The certificate names another host than the one asked for.
    | NameMismatch
    /// The certificate does not lead to an authority we trust, or is out of date.
    | Untrusted
    /// The other side ended the TLS handshake; often for want of a client certificate.
    | Rejected
    /// What came back is not TLS.
    | NotTls

    /// The word used in transcripts.
    override this.ToString() =
        match this with
        | NameMismatch -> "tls-name-mismatch"
        | Untrusted -> "tls-untrusted"
        | Rejected -> "tls-rejected"
        | NotTls -> "not-tls"

    static member internal All = [ NameMismatch; Untrusted; Rejected; NotTls ]

/// Why there is no connection, or no longer one.
[<RequireQualifiedAccess>]
type NetworkTrouble =
    /// Nobody listens there.
    | Refused
    /// No way leads there.
    | Unreachable
    /// The name of the host is not known.
    | NameNotFound
    /// The name of the host could not be looked up now.
    | LookupFailed
    /// The operating system gave up waiting.
    | TimedOut
    /// The other side broke the connection off.
    | Reset
    /// The other side closed the connection.
    | Closed
    /// The address to connect from cannot be used.
    | BindFailed
    /// We are not allowed to connect there.
    | Denied
    /// There is no unix socket at that path.
    | NoSuchSocket
    /// TLS could not be set up.
    | Tls of TlsTrouble
    /// Anything else, with the number of the operating system's error.
    | Other of errorNumber: int

    /// The word used in transcripts.
    override this.ToString() =
        match this with
        | Refused -> "refused"
        | Unreachable -> "unreachable"
        | NameNotFound -> "name-not-found"
        | LookupFailed -> "lookup-failed"
        | TimedOut -> "timed-out"
        | Reset -> "reset"
        | Closed -> "closed"
        | BindFailed -> "bind-failed"
        | Denied -> "denied"
        | NoSuchSocket -> "no-such-socket"
        | Tls trouble -> string trouble
        | Other errorNumber -> $"error-{errorNumber}"

    /// All troubles that carry no number.
    static member internal Named =
        [
            Refused
            Unreachable
            NameNotFound
            LookupFailed
            TimedOut
            Reset
            Closed
            BindFailed
            Denied
            NoSuchSocket
        ]
        @ List.map Tls TlsTrouble.All

/// What was being done to a file.
[<RequireQualifiedAccess>]
type FileStep =
    /// Looking whether the target can be written at all.
    | Check
    /// Creating the temporary file beside the target.
    | Create
    /// Appending to the temporary file, or writing to the pipe.
    | Write
    /// Making sure that the temporary file is on disk.
    | Sync
    /// Renaming the temporary file over the target.
    | Rename
    /// Making sure that the new name is on disk.
    | SyncFolder
    /// Removing the temporary file.
    | Delete

    /// The word used in transcripts.
    override this.ToString() =
        match this with
        | Check -> "check"
        | Create -> "create"
        | Write -> "write"
        | Sync -> "sync"
        | Rename -> "rename"
        | SyncFolder -> "sync-folder"
        | Delete -> "delete"

    static member internal All = [ Check; Create; Write; Sync; Rename; SyncFolder; Delete ]

/// Why a file could not be handled.
[<RequireQualifiedAccess>]
type FileTrouble =
    /// The folder, or the file, is not there.
    | NotFound
    /// We are not allowed to.
    | Denied
    /// The disk, or our share of it, is full.
    | Full
    /// The target is a folder.
    | IsFolder
    /// The target is a device, a socket or a named pipe, which no file must replace.
    | NotAFile
    /// A file of that name exists already.
    | Exists
    /// The file system can only be read.
    | ReadOnly
    /// The file would be larger than the file system allows.
    | TooLarge
    /// Nobody reads the pipe any more.
    | BrokenPipe
    /// Anything else, with the number of the operating system's error.
    | Other of errorNumber: int

    /// The word used in transcripts.
    override this.ToString() =
        match this with
        | NotFound -> "not-found"
        | Denied -> "denied"
        | Full -> "full"
        | IsFolder -> "is-folder"
        | NotAFile -> "not-a-file"
        | Exists -> "exists"
        | ReadOnly -> "read-only"
        | TooLarge -> "too-large"
        | BrokenPipe -> "broken-pipe"
        | Other errorNumber -> $"error-{errorNumber}"

    /// All troubles that carry no number.
    static member internal Named =
        [
            NotFound
            Denied
            Full
            IsFolder
            NotAFile
            Exists
            ReadOnly
            TooLarge
            BrokenPipe
        ]
