/// One connection, from dialling to hanging up.
module HybridReplica.Tests.LinkTests

open System
open System.Text
open System.Threading
open System.Threading.Tasks
open Expecto
open HybridReplica
open HybridReplica.Core
open HybridReplica.Tests.Shell.Script
open HybridReplica.Tests.Shell.ScriptedMaster

let private ten = TimeSpan.FromSeconds 10.0

let private linkTo (uri: Uri) =
    new MasterLink(Connector(MasterAddress.Read uri, null, null), ten)

/// Waits for news, and takes it.
let private news (link: MasterLink) (window: ReceiveWindow) : Task<Event | null> =
    task {
        link.Receive window

        match link.UnderWay with
        | null -> ()
        | underWay -> do! underWay.WaitAsync ten

        return link.TakeNews window
    }

let private text (window: ReceiveWindow) =
    Encoding.ASCII.GetString(window.Filled.ToArray())

let private untilLost =
    testCaseTask
        "what was said before the connection was lost is heard, even if nothing can be sent any more"
        (fun () ->
            task {
                let isClosed =
                    TaskCompletionSource TaskCreationOptions.RunContinuationsAsynchronously

                use master =
                    master (fun stream ->
                        task {
                            do! say "-ERR max number of clients reached\r\n" stream
                            stream.Dispose()
                            isClosed.SetResult()
                        })

                use link = linkTo master.Uri
                let window = ReceiveWindow 1024
                link.Dial 1
                let! connected = news link window
                Expect.equal connected (Event.Connected 1) "connected"
                do! isClosed.Task.WaitAsync ten

                // The first request finds out that nobody is there any more; from the second on there is nobody to
                // send to.
                for _ in 1..100 do
                    Expect.isNull (link.Send([| byte '\n' |], CancellationToken.None)) "no loss is reported yet"

                let! first = news link window
                Expect.isNull first "there is something to look at first"
                Expect.equal (text window) "-ERR max number of clients reached\r\n" "what was said"
                let! second = news link window
                Expect.isNull second "the loss is noticed"
                let! third = news link window

                match third with
                | Event.Disconnected(1, _) -> ()
                | other -> failtestf "It should be the loss, but was %A." other
            })

let private again =
    testCaseTask "the next connection starts with nothing of the one before" (fun () ->
        task {
            use master =
                masterOfEach (fun number -> inTurn [ say (String.replicate number "x"); wait ])

            use link = linkTo master.Uri
            let window = ReceiveWindow 1024

            for number in 1..5 do
                link.Dial number
                let! connected = news link window
                Expect.equal connected (Event.Connected number) "connected"
                let! _ = news link window
                Expect.isTrue (number >= window.Filled.Length && window.Filled.Length > 0) "something is heard"
                link.Receive window
                do! link.HangUpAsync()
                window.Clear()
                Expect.isNull link.UnderWay "nothing is under way"
                Expect.isFalse (link.HasNews true) "there is no news"
        })

let tests = testList "link" [ untilLost; again ]
