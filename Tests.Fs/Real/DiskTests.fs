/// Targets that cannot be written, at once or later: the old file stays, and nothing is beside it.
module HybridReplica.Tests.Real.DiskTests

open System
open System.IO
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests
open HybridReplica.Tests.RealServer
open HybridReplica.Tests.Shell.Fetching
open HybridReplica.Tests.Real.Tool
open HybridReplica.Tests.Real.SmallDisk

let private withServer work () =
    use server = RealServer.Start(DataSet.diskless [])
    Filling.fill server.Port 4
    use place = new Place()
    work $"redis://127.0.0.1:{server.Port}" place

let private allOf =
    UnixFileMode.UserRead ||| UnixFileMode.UserWrite ||| UnixFileMode.UserExecute

/// Makes a folder that nobody may write to for as long as the work takes.
let private readOnly (folder: string) work =
    File.SetUnixFileMode(folder, UnixFileMode.UserRead ||| UnixFileMode.UserExecute)

    try
        work ()
    finally
        File.SetUnixFileMode(folder, allOf)

/// Root may write everywhere, unless that right is taken away.
let private runAsAnybody arguments =
    if Environment.IsPrivilegedProcess then
        runAs "setpriv" ("--bounding-set" :: "-dac_override" :: path :: arguments) []
    else
        run arguments

let tests =
    testList
        "disk"
        [
            testCase
                "a folder that does not exist"
                (withServer (fun uri place ->
                    run [ "backup"; uri; "-o"; Path.Combine(place.Folder, "none", "dump.rdb") ]
                    |> complains 7 [ "no such folder"; "create the folder"; "dump.rdb" ]

                    place.IsUntouched()))
            testCase
                "a target that is a folder"
                (withServer (fun uri place ->
                    run [ "backup"; uri; "-o"; place.Folder ]
                    |> complains 7 [ "is a folder"; "name a file"; place.Folder ]

                    place.IsUntouched()))
            testCase
                "a folder that may not be written to"
                (withServer (fun uri place ->
                    readOnly place.Folder (fun () ->
                        runAsAnybody [ "backup"; uri; "-o"; place.Target ]
                        |> complains 7 [ "permission denied"; "permissions of the folder" ])

                    place.IsUntouched()))
            testCase
                "a disk that is full"
                (withServer (fun uri place ->
                    let disk = Directory.CreateDirectory(Path.Combine(place.Folder, "disk")).FullName
                    let target = Path.Combine(disk, "dump.rdb")

                    onSmallDisk disk (fun () ->
                        File.WriteAllText(target, "the old one")

                        run [ "backup"; uri; "-o"; target ]
                        |> complains 7 [ "the disk is full"; "make room"; target ]

                        Expect.equal (File.ReadAllText target) "the old one" "the old target"
                        Expect.equal (Directory.GetFiles disk) [| target |] "files on the disk")))
            testCase
                "a limit on the size of files"
                (withServer (fun uri place ->
                    let script = "ulimit -f 1000 && exec \"$0\" backup \"$1\" -o \"$2\""
                    // Else the runtime would not start: it keeps its code in memory as a file, which the limit counts.
                    let environment = [ "DOTNET_EnableWriteXorExecute", "0" ]

                    runAs "sh" [ "-c"; script; path; uri; place.Target ] environment
                    |> complains 7 [ "too large"; "limit" ]

                    place.IsUntouched()))
            testCase "a target among the devices is not to be replaced by a file" (fun () ->
                for device in [ "/dev/null"; "/dev/full" ] do
                    use target = new SnapshotFile(device, TimeProvider.System)

                    Expect.equal
                        (target.Check())
                        (Event.FileFailed(FileStep.Check, FileTrouble.NotAFile))
                        $"what is to be said of {device}")
            testCase
                "a target that is a named pipe is not replaced by a file"
                (withServer (fun uri place ->
                    let pipe = Path.Combine(place.Folder, "pipe")
                    runProgram "mkfifo" [ pipe ] [] |> ignore

                    run [ "backup"; uri; "-o"; pipe ]
                    |> complains 7 [ "a named pipe"; "-o -"; pipe ]

                    runProgram "test" [ "-p"; pipe ] [] |> ignore
                    File.Delete pipe
                    place.IsUntouched()))
            testCase
                "a target that is a link is replaced, and what it led to is not"
                (withServer (fun uri place ->
                    let link = Path.Combine(place.Folder, "link.rdb")
                    File.CreateSymbolicLink(link, place.Target) |> ignore
                    run [ "backup"; uri; "-o"; link ] |> endsSilently
                    runProgram "redis-check-rdb" [ link ] [] |> ignore
                    File.Delete link
                    place.IsUntouched()))
            testCase
                "the new file can be read by all, as Redis' own"
                (withServer (fun uri place ->
                    run [ "backup"; uri; "-o"; place.Target ] |> endsSilently

                    let mode =
                        UnixFileMode.UserRead
                        ||| UnixFileMode.UserWrite
                        ||| UnixFileMode.GroupRead
                        ||| UnixFileMode.OtherRead

                    // Whoever runs the tests may have a stricter umask.
                    Expect.equal (File.GetUnixFileMode place.Target ||| mode) mode "the mode"))
            testCase
                "a transcript that cannot be written"
                (withServer (fun uri place ->
                    let transcript = Path.Combine(place.Folder, "none", "transcript.txt")

                    run [ "backup"; uri; "-o"; place.Target; "--transcript"; transcript ]
                    |> complains 7 [ transcript ]

                    place.IsUntouched()))
            testCase
                "a transcript in the place of the target"
                (withServer (fun uri place ->
                    run [ "backup"; uri; "-o"; place.Target; "--transcript"; place.Target ]
                    |> complains 2 [ "transcript" ]

                    place.IsUntouched()))
        ]
