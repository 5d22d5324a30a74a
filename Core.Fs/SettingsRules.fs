namespace HybridReplica.Core

open System

/// What is wrong with settings.
[<RequireQualifiedAccess>]
type SettingsTrouble =
    /// A port is outside 0 to 65535.
    | PortOutOfRange of port: int
    /// A number that counts seconds or attempts is below 1.
    | BelowOne of setting: string
    /// The setting needs the redis6 dialect.
    | OnlyInRedis6 of setting: string
    /// The setting cannot be sent inline, because it is empty or holds a space, a quote or a control character.
    | NotInline of setting: string
    /// Only a partial resync is allowed, and there is no position to resume from.
    | NothingToResume
    /// The setting makes no sense for somebody who follows.
    | NotWhileFollowing of setting: string
    /// The setting makes no sense for somebody who archives.
    | NotWhileArchiving of setting: string
    /// The files of an archive cannot be named like that.
    | BadArchiveName of name: string

    /// What is wrong, as one sentence.
    override this.ToString() =
        match this with
        | PortOutOfRange port -> $"The port {port} is outside 0 to 65535."
        | BelowOne setting -> $"The {setting} must be at least 1."
        | OnlyInRedis6 setting -> $"The {setting} can only be used with the dialect redis6."
        | NotInline setting ->
            $"The {setting} cannot be typed as Redis 2.6 does it: it is empty, or holds a space, a quote or a control "
            + "character."
        | NotWhileFollowing setting -> $"The {setting} cannot be used while the stream is followed."
        | NotWhileArchiving setting -> $"The {setting} cannot be used while the stream is archived."
        | BadArchiveName name ->
            $"The files of an archive cannot be named {Printable.escape name}: a name is 1 to 100 letters, digits, "
            + "dots, hyphens and underscores, begins with none but a letter or digit, and not with temp-."
        | NothingToResume -> "Only a partial resync is allowed, but there is no position to resume from."

/// The rules that settings have to keep.
[<RequireQualifiedAccess>]
module SettingsRules =

    let private ports (settings: Settings) =
        [ settings.ListeningPort; yield! ValueOption.toList settings.AnnouncedPort ]
        |> List.filter (fun port -> port < 0 || port > 65535)
        |> List.map SettingsTrouble.PortOutOfRange

    let private counts (settings: Settings) =
        [
            "timeout", settings.Timeout
            "reply timeout", settings.ReplyTimeout
            "handshake timeout", settings.HandshakeTimeout
            "preparation timeout", ValueOption.defaultValue 1 settings.PreparationTimeout
            "number of attempts", settings.Retry.Attempts
            "first pause", settings.Retry.FirstPause
            "longest pause", settings.Retry.LongestPause
            for following in ValueOption.toList settings.Follow do
                "number of full resyncs", following.FullResyncs
                "period of full resyncs", following.Period
            for archive in ValueOption.toList settings.Archive do
                "age of a segment", ValueOption.defaultValue 1 archive.SegmentAge
                "age of the newest base", ValueOption.defaultValue 1 archive.BaseEvery
                "size of a segment", int (min archive.SegmentSize 1L)

                match archive.Keep with
                | Retention.Bases count -> "number of bases", count
                | Retention.Seconds seconds -> "time that is kept", int (min seconds 1L)
                | Retention.Everything -> ()
        ]
        |> List.filter (fun (_, value) -> value < 1)
        |> List.map (fst >> SettingsTrouble.BelowOne)

    // The 2.6 master splits an inline request at spaces and takes quotes for its own (`sdssplitargs`, 2.6.17).
    let private isInline (text: string) =
        text.Length > 0
        && text |> String.forall (fun c -> c > ' ' && c <> '"' && c <> '\'' && c <> '\127')

    let private inlineWords (settings: Settings) =
        match settings.Dialect, settings.Credentials with
        | Dialect.Redis6, _
        | _, ValueNone -> []
        | _, ValueSome credentials ->
            [
                if credentials.User.IsSome then
                    SettingsTrouble.OnlyInRedis6 "user"
                if not (isInline credentials.Password.Wire) then
                    SettingsTrouble.NotInline "password"
            ]

    let private onlyInRedis6 (settings: Settings) =
        if settings.Dialect = Dialect.Redis6 then
            []
        else
            [
                "announced port", settings.AnnouncedPort.IsSome
                "announced address", settings.AnnouncedAddress.IsSome
                "announced version", settings.AnnouncedVersion.IsSome
                "rdb-only option", settings.RdbOnly
                "position to resume from", settings.Resume.IsSome
                "start from now", settings.IsFromNow
                "archive", settings.Archive.IsSome
            ]
            |> List.filter snd
            |> List.map (fst >> SettingsTrouble.OnlyInRedis6)

    // A pipe would be given one snapshot behind the other, and a master closes the connection of who wants no more than
    // one.
    let private following (settings: Settings) =
        match settings.Follow with
        | ValueNone -> []
        | ValueSome following ->
            [
                if following.Policy = ResumePolicy.PartialOnly && settings.Resume.IsNone then
                    SettingsTrouble.NothingToResume
                if settings.Destination = Destination.Pipe then
                    SettingsTrouble.NotWhileFollowing "pipe"
                if settings.RdbOnly then
                    SettingsTrouble.NotWhileFollowing "rdb-only option"
            ]

    // The archive itself says where to resume, and every snapshot becomes a base.
    let private archiving (settings: Settings) =
        match settings.Archive with
        | ValueNone -> []
        | ValueSome archive ->
            [
                if not (ArchiveNames.isName archive.Name) then
                    SettingsTrouble.BadArchiveName archive.Name
                if settings.Follow.IsNone then
                    SettingsTrouble.NotWhileArchiving "end behind the snapshot"
                if settings.Destination <> Destination.File then
                    SettingsTrouble.NotWhileArchiving "destination"
                if settings.Resume.IsSome then
                    SettingsTrouble.NotWhileArchiving "position to resume from"
                if settings.IsFromNow then
                    SettingsTrouble.NotWhileArchiving "start from now"
                if settings.WantsSnapshot then
                    SettingsTrouble.NotWhileArchiving "wish for entries"
                if
                    settings.Follows ResumePolicy.PartialOnly
                    || settings.Follows ResumePolicy.FullOnly
                then
                    SettingsTrouble.NotWhileArchiving "resume policy"
            ]

    /// Everything that is wrong with the settings; empty when they can be used.
    [<CompiledName "Troubles">]
    let troubles (settings: Settings) : SettingsTrouble list =
        ports settings
        @ counts settings
        @ inlineWords settings
        @ onlyInRedis6 settings
        @ following settings
        @ archiving settings
